import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Launch } from '../services/types.ts'

/** The account that a process runs as; undefined means: ours. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** How a program ended, and the end of what it printed. */
export interface Ended {
  readonly ok: boolean
  readonly output: string
}

/** Runs a program to its end. */
export async function run(
  { command, args, env }: Launch,
  options: { input?: string; cwd?: string; account?: Account | undefined; timeout?: number } = {},
): Promise<Ended> {
  const { input, cwd, account, timeout = 120_000 } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout,
      ...(cwd !== undefined && { cwd }),
      ...account,
    })
    let output = ''
    const collect = (data: Buffer): void => {
      output = (output + data.toString()).slice(-8000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output: output.trim() }))
  })
}

/**
 * Starts a program that goes on when we end, in a process group of its own.
 *
 * @param log The file that its output is appended to.
 * @returns Its process id.
 */
export async function spawnDaemon(
  { command, args, env }: Launch,
  options: { cwd: string; log: string; account: Account | undefined },
): Promise<number> {
  const log = openSync(options.log, 'a', 0o600)
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
      ...options.account,
    })
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('spawn', () => {
        child.unref()
        resolve(child.pid ?? 0)
      })
    })
  } finally {
    closeSync(log)
  }
}

/** A process that may have ended, its id being given to another since. */
export interface Mark {
  readonly pid: number
  /** When it began, as the system counts; empty when it cannot be told. */
  readonly began: string
}

/** Marks a running process. */
export function mark(pid: number): Mark {
  return { pid, began: beginning(pid) }
}

/** Does a marked process still run? One that has ended and waits for its parent does not. */
export function isAlive({ pid, began }: Mark): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return beginning(pid) === began
}

/** Ends a marked process and its group: gently, and after half a minute by force. */
export async function end(process_: Mark, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(process_)) return
  send(process_.pid, signal)
  const deadline = Date.now() + 30_000
  while (isAlive(process_)) {
    if (Date.now() > deadline) {
      send(process_.pid, 'SIGKILL')
      return
    }
    await sleep(20)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // The group has ended.
    }
  }
}

function beginning(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      // A zombie is no running server.
      return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
