import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { M4SettingsError, m4 } from '../src/index.ts'
import ledger from './ledger.json' with { type: 'json' }
import { gnuM4 } from './support/gnu.ts'
import { project } from './support/project.ts'

/** The output, or undefined where it is refused. */
function expand(source: string, cwd: string): string | undefined {
  try {
    return m4(source, { cwd })
  } catch (error) {
    if (error instanceof M4SettingsError) return undefined
    throw error
  }
}

test.skipIf(gnuM4 === undefined).each(ledger)(
  'differs from GNU m4, and still has to be in the ledger: $source',
  ({ source, reason }) => {
    // GNU m4 may leave files behind.
    const { root } = project({})
    const theirs = spawnSync(gnuM4 ?? 'm4', ['-'], { input: source, cwd: root, encoding: 'utf8' })
    const ours = expand(source, root)
    expect(theirs.status).toBe(0)
    expect(ours).not.toBe(theirs.stdout)
    expect(reason).toMatch(/\.$/)
  },
)
