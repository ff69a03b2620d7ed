import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { VhostError } from '../error.ts'
import { attachPath } from './socket.ts'
import type { AttachAnswer, AttachRequest } from './socket.ts'

const passedOn = ['SIGTERM', 'SIGHUP'] as const
/** What a program must know of the terminal it runs in now. */
const terminalNames = ['TERM', 'COLORTERM', 'COLUMNS', 'LINES']

/**
 * Runs a process of the running testserver in this terminal, until it ends or the testserver does.
 *
 * @param name The process.
 * @returns Its exit code.
 * @throws VhostError `VHOST_DEV_ATTACH` when no testserver runs, or it has no such process.
 */
export async function attach(root: string, name: string): Promise<number> {
  const socket = await connectTo(root)
  try {
    socket.write(`${JSON.stringify({ name } satisfies AttachRequest)}\n`)
    const granted = await firstLine(socket)
    if (!granted) throw new VhostError('VHOST_DEV_ATTACH', 'The testserver has ended.')
    if ('refused' in granted) throw new VhostError('VHOST_DEV_ATTACH', granted.refused)
    return await runHere(granted, socket)
  } finally {
    socket.destroy()
  }
}

async function runHere(
  { run, cwd, env }: Exclude<AttachAnswer, { refused: string }>,
  socket: Socket,
): Promise<number> {
  const [command = '', ...args] = typeof run === 'string' ? [run] : run
  const terminal = Object.fromEntries(terminalNames.map((one) => [one, process.env[one]]))
  const child = spawn(command, args, {
    cwd,
    env: { ...env, ...terminal },
    shell: typeof run === 'string',
    stdio: 'inherit',
  })
  const end = (signal: NodeJS.Signals): void => void child.kill(signal)
  // Ctrl-C reaches the process itself, as it shares the terminal; a debugger wants to have it.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  for (const signal of passedOn) process.on(signal, end)
  socket.once('close', () => end('SIGTERM'))
  socket.once('end', () => end('SIGTERM'))
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + (signal ? constants.signals[signal] : 0)
  } finally {
    process.off('SIGINT', ignore)
    for (const signal of passedOn) process.off(signal, end)
  }
}

async function connectTo(root: string): Promise<Socket> {
  const path = attachPath(root)
  const socket = path === undefined ? undefined : connect(path)
  try {
    if (!socket) throw new Error('no path')
    await once(socket, 'connect')
    return socket
  } catch (cause) {
    throw new VhostError(
      'VHOST_DEV_ATTACH',
      `No testserver with processes runs for ${root}. Start 'vite' (or 'kovu testserver') in another terminal first.`,
      { cause },
    )
  }
}

async function firstLine(socket: Socket): Promise<AttachAnswer | undefined> {
  for await (const line of createInterface(socket)) {
    // The reader has paused it; its end must still be noticed.
    socket.resume()
    return JSON.parse(line) as AttachAnswer
  }
  return undefined
}
