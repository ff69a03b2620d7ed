import { describe, expect, test } from 'vitest'
import { m4 } from '../src/index.ts'
import { cases, gnu, gnuM4, includes } from './gnu.ts'

const all = cases()

test('has at least 200 written cases', () => {
  expect(all.length).toBeGreaterThanOrEqual(200)
})

function ours(source: string): { out: string; failed: boolean } {
  try {
    return { out: m4(source, { cwd: includes }), failed: false }
  } catch (error) {
    return { out: String(error), failed: true }
  }
}

describe.skipIf(gnuM4 === undefined)('expands as GNU m4 does', () => {
  test.each(all.map(({ group, source }) => [group, source]))('%s: %s', (_, source) => {
    const theirs = gnu(Buffer.from(source))
    const made = ours(source)
    expect(made.failed).toBe(theirs.failed)
    if (!theirs.failed) expect(made.out).toBe(theirs.out.toString())
  })
})
