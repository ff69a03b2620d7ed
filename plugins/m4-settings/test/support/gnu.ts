import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Where the included files of the cases are. */
export const includes: string = path.join(import.meta.dirname, '../fixtures/include')

/** GNU m4, if it is installed; the differential tests say so when it is not. */
export const gnuM4: string | undefined = ['/usr/bin/m4', '/opt/homebrew/bin/gm4', 'm4'].find(
  (command) => spawnSync(command, ['--version']).stdout?.includes('GNU M4'),
)

/** What GNU m4 makes of bytes, in the C locale. A file name stands for the output when it failed. */
export function gnu(bytes: Uint8Array): { out: Buffer; failed: boolean } {
  const { stdout, status, signal } = spawnSync(gnuM4 ?? 'm4', ['-'], {
    input: bytes,
    cwd: includes,
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1e8,
    timeout: 10_000,
  })
  return { out: stdout, failed: status !== 0 || signal !== null }
}

/** The written cases, one a line; `¶` stands for a newline in a case. */
export function cases(): { group: string; source: string }[] {
  const text = readFileSync(path.join(import.meta.dirname, '../fixtures/gnu-cases.m4'), 'utf8')
  return text
    .split(/^%% /m)
    .slice(1)
    .flatMap((section) => {
      const newline = section.indexOf('\n')
      const group = section.slice(0, newline)
      const lines = section.slice(newline + 1).split(/(?<=\n)/)
      return lines.map((line) => ({ group, source: line.replaceAll('¶', '\n') }))
    })
}
