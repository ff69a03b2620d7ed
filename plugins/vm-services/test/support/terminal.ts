import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { VmServicesOptions } from '../../src/options.ts'
import type { Project } from './project.ts'

const program = fileURLToPath(new URL('kovu-vm.mjs', import.meta.url))

/** `kovu vm …` on a terminal of its own. */
interface Terminal {
  /** Types keys. */
  types(keys: string): void
  /** Waits until something is printed that was not there when it was last waited for. */
  says(what: string | RegExp): Promise<void>
  /** The exit code, once it has ended. */
  code(): Promise<number | null>
}

/** Runs `kovu vm` in a project as people do: script(1) makes the terminal. */
export function onTerminal(site: Project, options: VmServicesOptions, ...args: string[]): Terminal {
  const words = [process.execPath, program, JSON.stringify(options), ...args]
  const line = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  // `exec`, as dash stays between and would say 130 for every Ctrl-C that the program got over.
  const command = `exec ${line}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: site.root,
    // No pager, and no colours between the letters.
    env: { ...process.env, PAGER: 'cat', TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  let seen = 0
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  onTestFinished(() => void child.kill())
  return {
    types: (keys) => void child.stdin.write(keys),
    says: async (what) => {
      const found = (): number => {
        const rest = text.slice(seen)
        const at = typeof what === 'string' ? rest.indexOf(what) : rest.search(what)
        return at < 0 ? -1 : seen + at + 1
      }
      await expect
        .poll(() => (found() < 0 ? text.slice(seen) : what), { timeout: 30_000 })
        .toBe(what)
      seen = found()
    },
    code: () => ended,
  }
}
