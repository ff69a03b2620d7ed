import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
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
 * @throws KovuError `KOVU_COMMAND_FAILED` when the command ends with another code than 0; the signal's reason when it was given up.
 */
export function shell(options: ShellCommand): Promise<string> {
  const { name, command, root, log, signal } = options
  return new Promise((done, fail) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      env: { ...commandEnv(root), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const giveUp = (): void => {
      for (const pid of family(child.pid)) end(pid)
    }
    if (signal?.aborted === true) giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    child.once('exit', () => {
      // Whoever does not want to end keeps the pipes, but not us.
      if (signal?.aborted === true) for (const pipe of [child.stdout, child.stderr]) pipe.destroy()
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
      signal?.removeEventListener('abort', giveUp)
      if (signal?.aborted === true) fail(signal.reason)
      else if (code === 0) done(last)
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

/**
 * A process and those that it has started, so that `a && b` ends as a whole. They have no group of their own: `ssh` could not ask for a
 * password then. Where there is no /proc, it is the process alone.
 */
function family(pid: number | undefined): number[] {
  if (pid === undefined) return []
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return [pid, ...children.filter((text) => text !== '').flatMap((text) => family(Number(text)))]
  } catch {
    return [pid]
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
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
