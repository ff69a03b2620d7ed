import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import { repository } from './site.ts'

/** The Python of the playground's virtual environment; `make setup` makes it. */
export const python: string =
  process.env['KOVU_TEST_PYTHON'] ?? join(repository, 'playground/.venv/bin/python')

/** A started process whose whole group ends with {@link Running.stop}. */
export interface Running {
  output(): string
  /** SIGINT to the group, as a terminal sends it. */
  interrupt(): void
  stop(): Promise<void>
}

/**
 * Starts a command in a process group of its own.
 *
 * @param command The program and its arguments.
 */
export function start(
  command: readonly [string, ...string[]],
  options: { cwd: string; env?: Record<string, string | undefined> },
): Running & { child: ChildProcess } {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, PYTHONUNBUFFERED: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-200_000)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', (error) => {
      output += String(error)
      done()
    })
  })
  return {
    child,
    output: () => output,
    interrupt: () => signalGroup(child, 'SIGINT'),
    async stop() {
      signalGroup(child, 'SIGTERM')
      const gone = await Promise.race([ended.then(() => true), sleep(5000).then(() => false)])
      if (!gone) signalGroup(child, 'SIGKILL')
      await ended
    },
  }
}

/** Signals a child's whole group; a group that has ended is left alone. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has ended already.
  }
}

/**
 * Runs a command to its end.
 *
 * @returns Its standard output.
 * @throws An error with both outputs when it fails.
 */
export async function run(
  command: readonly [string, ...string[]],
  options: { cwd: string; env?: Record<string, string | undefined>; timeout?: number },
): Promise<string> {
  const [program, ...args] = command
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.timeout ?? 240_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command.join(' ')} failed in ${options.cwd}\n${stdout}\n${stderr}`, {
      cause: error,
    })
  }
}

/** A loopback port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}

/**
 * Waits until a loopback port accepts connections.
 *
 * @param name What is waited for, for the error.
 * @param output The log shown when it never comes.
 */
export async function waitForPort(
  port: number,
  name: string,
  output: () => string,
  limit = 60_000,
): Promise<void> {
  const end = Date.now() + limit
  while (Date.now() < end) {
    if (await accepts(port)) return
    await sleep(50)
  }
  throw new Error(`${name} did not answer on port ${port} within ${limit} ms.\n${output()}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
