import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Server } from 'node:net'
import { userInfo } from 'node:os'

const key = Symbol.for('kovu.vhost-dev.privileged')

/** What the helper is asked for, and what it answers. */
interface Wish {
  readonly port: number
  readonly address: string
}
type Granted = { readonly code?: undefined } | { readonly code: string; readonly message: string }

/** A process that has kept the superuser's rights, to open listening sockets and for nothing else. */
export class Privileged {
  readonly #helper: ChildProcess

  constructor(helper: ChildProcess) {
    this.#helper = helper
    helper.unref()
    helper.channel?.unref()
  }

  /** Opens a listening socket; see `openListener`. */
  open(port: number, address: string): Promise<Server> {
    return new Promise((done, fail) => {
      this.#helper.once('message', (answer: Granted, server) => {
        this.#helper.channel?.unref()
        if (answer.code === undefined) done(server as Server)
        else fail(Object.assign(new Error(answer.message), { code: answer.code }))
      })
      this.#helper.channel?.ref()
      this.#helper.send({ port, address } satisfies Wish)
    })
  }

  /** Ends the helper. */
  close(): void {
    if (this.#helper.connected) this.#helper.disconnect()
  }
}

/** The sockets are open: nobody needs the superuser's rights any more. */
export function endPrivileged(): void {
  const holder = globalThis as { [key]?: Privileged }
  holder[key]?.close()
  delete holder[key]
}

/** The helper, if this process was started by `sudo`. A restart of Vite must find it again. */
export function privileged(): Privileged | undefined {
  return (globalThis as { [key]?: Privileged })[key]
}

/**
 * Under `sudo`, becomes the user who called it, for good: Vite, Django and every other process then run, read and write
 * as that user. Only a helper keeps
 * its rights until the front's sockets are open: it opens sockets on loopback addresses and does nothing else.
 */
export function becomeInvoker(): void {
  const user = invoker()
  if (!user) return
  const { uid, gid } = user
  const source = `(${openSockets.toString()})()`
  const helper = spawn(process.execPath, ['-e', source], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {},
    cwd: '/',
  })
  const holder = globalThis as { [key]?: Privileged }
  holder[key] = new Privileged(helper)
  // The type definitions leave it out.
  const { initgroups } = process as { initgroups?: (user: number, group: number) => void }
  initgroups?.(uid, gid)
  process.setgid?.(gid)
  process.setuid?.(uid)
  const { homedir, username } = userInfo()
  Object.assign(process.env, { HOME: homedir, USER: username, LOGNAME: username })
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('SUDO_')) Reflect.deleteProperty(process.env, name)
  }
}

/**
 * Does something as the user who called `sudo`, and has the superuser's rights again afterwards; without `sudo` as it is. What
 * it makes, files of Python or of a cache, is that user's.
 */
export async function asInvoker<T>(work: () => Promise<T>): Promise<T> {
  const user = invoker()
  if (!user) return work()
  process.setegid?.(user.gid)
  process.seteuid?.(user.uid)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

/** Who called `sudo`. */
function invoker(): { readonly uid: number; readonly gid: number } | undefined {
  const { SUDO_UID, SUDO_GID } = process.env
  const uid = Number(SUDO_UID)
  const gid = Number(SUDO_GID)
  return process.getuid?.() === 0 && uid > 0 && gid > 0 ? { uid, gid } : undefined
}

/** Runs in the helper, as source text: it may use nothing from around it. */
function openSockets(): void {
  const { createServer } = process.getBuiltinModule('node:net')
  process.on('disconnect', () => process.exit())
  // Ctrl-C reaches the whole group; the helper ends with the process it helps.
  process.on('SIGINT', () => {})
  process.on('message', ({ port, address }: Wish) => {
    const refuse = (code: string, message: string): void => void process.send?.({ code, message })
    if (address !== '127.0.0.1' && address !== '::1') return refuse('EACCES', 'not loopback')
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? '', error.message))
    server.listen({ port, host: address, ipv6Only: address === '::1' }, () => {
      process.send?.({}, server, () => server.close())
    })
  })
}
