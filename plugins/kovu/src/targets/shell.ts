import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import type { Log } from '@kovu/protocol'

import { KovuError } from '../error.ts'

/** A shell command and for whom it runs. */
export interface ShellCommand {
  /** What it is called in an error. */
  readonly name: string
  readonly command: string
  /** The folder it runs in. */
  readonly root: string
  readonly log: Log
  readonly signal?: AbortSignal
  /** Variables beyond those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a shell command, its lines going to the log. The virtual environment's programs come first on PATH, so `python` is the project's.
 *
 * @returns What it printed last, at most 4,000 characters.
 * @throws KovuError `KOVU_COMMAND_FAILED` when the command ends with another code than 0.
 */
export function shell(options: ShellCommand): Promise<string> {
  const { name, command, root, log, signal } = options
  return new Promise((done, fail) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      env: { ...commandEnv(root), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    })
    let last = ''
    for (const stream of [child.stdout, child.stderr]) {
      // A character may come in two parts, and a line.
      const tell = lines((line) => log.info(`  ${line}`))
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        last = (last + text).slice(-4000)
        tell(text)
      })
      stream.once('end', () => tell('\n'))
    }
    child.once('error', fail)
    child.once('close', (code) => {
      if (code === 0) done(last)
      else {
        fail(
          new KovuError(
            'KOVU_COMMAND_FAILED',
            `The command of ${name} ended with code ${code}: ${command}\nRun it by hand in ${root} to see more.\n${last.trim()}`,
          ),
        )
      }
    })
  })
}

/** A word as the shell takes it for one word, whatever is in it. */
export function quote(word: string): string {
  if (process.platform === 'win32') return `"${word.replaceAll('"', '""')}"`
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Cuts a stream into lines; empty ones are left out. */
function lines(tell: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const whole = (rest + text).split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole) if (line.trim() !== '') tell(line)
  }
}

function commandEnv(root: string): NodeJS.ProcessEnv {
  const folders = [
    join(root, '.venv/bin'),
    join(root, '.venv/Scripts'),
    join(root, 'node_modules/.bin'),
  ].filter((folder) => existsSync(folder))
  return { ...process.env, PATH: [...folders, process.env['PATH'] ?? ''].join(delimiter) }
}
