import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { settled } from '../src/hooks/settled.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'less-yui-settled-'))
const file = path.join(folder, 'main.less')
afterAll(() => rmSync(folder, { recursive: true }))

test('waits for the text of a file that an editor has only emptied yet', async () => {
  writeFileSync(file, '')
  setTimeout(() => writeFileSync(file, 'a { b: c }'), 120)
  await settled(file)
  expect(readFileSync(file, 'utf8')).toBe('a { b: c }')
})

test('gives up on a file that stays empty', async () => {
  writeFileSync(file, '')
  await expect(settled(file)).resolves.toBeUndefined()
})

test('does not wait for a file that is gone', async () => {
  await expect(settled(path.join(folder, 'gone.less'))).resolves.toBeUndefined()
})
