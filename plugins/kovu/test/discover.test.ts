import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { discover } from '../src/discover.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kovu-discover-'))
})
afterEach(() => rm(root, { recursive: true }))

test('finds nothing in an empty folder', () => {
  expect(discover(root)).toEqual({ manage: undefined, build: undefined, m4: false })
})

test('finds manage.py and the r.js build file', async () => {
  await writeFile(join(root, 'manage.py'), '')
  await writeFile(
    join(root, 'app.build.js'),
    '({ baseUrl: "js", name: "main", out: "main.built.js" })',
  )
  expect(discover(root)).toEqual({ manage: 'manage.py', build: 'app.build.js', m4: false })
})

test('does not take any build.js for an r.js build file', async () => {
  await writeFile(join(root, 'build.js'), 'require("child_process").execSync("make")')
  expect(discover(root).build).toBeUndefined()
})
