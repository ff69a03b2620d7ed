import { expect, test } from 'vitest'

import { Progress, type Terminal } from '../src/report/progress.ts'

const escape = '\u001B'

/** What is written while two targets run, and then one ends. */
async function written(more: Partial<Terminal>): Promise<readonly string[]> {
  const parts: string[] = []
  const progress = new Progress({ write: (text) => void parts.push(text), isTTY: true, ...more })
  progress.report({ type: 'start', name: 'css' })
  progress.report({ type: 'start', name: 'templates' })
  await expect.poll(() => parts.some((part) => part.includes('…'))).toBe(true)
  progress.report({ type: 'end', name: 'css', time: 1 })
  progress.log.warn('a warning')
  progress.close()
  return parts
}

test('what runs is shown on one line of the terminal, however narrow it is', async () => {
  const wide = await written({ columns: 80, hasColours: false })
  expect(wide.some((part) => /^… css \d.* templates \d/.test(part))).toBe(true)
  const narrow = await written({ columns: 12, hasColours: false })
  const status = narrow.filter((part) => part.startsWith('…'))
  expect(status.length).toBeGreaterThan(0)
  for (const part of status) expect(part).toHaveLength(11)
})

test('a terminal without colours has none, but its status line is cleared', async () => {
  const plain = await written({ columns: 80, hasColours: false })
  expect(plain).toContain('a warning\n')
  expect(plain.filter((part) => part.includes(`${escape}[`))).toEqual(
    plain.filter((part) => part === `\r${escape}[K`),
  )
  expect((await written({ columns: 80 })).join('')).toContain(`${escape}[33ma warning`)
})
