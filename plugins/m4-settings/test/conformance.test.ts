import { describe, expect, test } from 'vitest'
import { M4SettingsError, m4 } from '../src/index.ts'
import { cases, gnu, gnuM4, includes } from './support/gnu.ts'

const all = cases()

test('has at least 200 written cases', () => {
  expect(all.length).toBeGreaterThanOrEqual(200)
})

/** The output, or undefined when it failed. */
function ours(source: string): string | undefined {
  try {
    return m4(source, { cwd: includes })
  } catch (error) {
    if (error instanceof M4SettingsError) return undefined
    throw error
  }
}

describe.skipIf(gnuM4 === undefined)('expands as GNU m4 does', () => {
  test.each(all.map(({ group, source }) => [group, source]))('%s: %s', (_, source) => {
    const { out, failed } = gnu(Buffer.from(source))
    expect(ours(source)).toBe(failed ? undefined : out.toString())
  })
})
