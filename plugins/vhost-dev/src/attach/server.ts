import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { debuglog } from 'node:util'
import type { Processes } from '../processes/index.ts'
import { attachPath } from './socket.ts'
import type { AttachAnswer, AttachRequest } from './socket.ts'

const debug = debuglog('kovu:vhost-dev')
const recallMs = 5000

/** Lends processes to terminals: it stays lent for as long as the connection stands. */
export class AttachServer {
  readonly #root: string
  readonly #processes: Processes
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(root: string, processes: Processes) {
    this.#root = root
    this.#processes = processes
  }

  /** Listens; nothing happens when it does, or when another testserver of this root does. */
  async open(): Promise<void> {
    if (this.#server) return
    const path = attachPath(this.#root)
    if (path === undefined) return
    const server = createServer((socket) => void this.#serve(socket))
    if (!(await listen(server, path)) && !(await isServed(path))) {
      // Left behind by a testserver that was killed.
      unlinkSync(path)
      if (!(await listen(server, path))) return
    }
    if (server.listening) this.#server = server.unref()
  }

  /** Ends every loan. */
  async close(): Promise<void> {
    const server = this.#server
    for (const socket of this.#sockets) socket.destroy()
    if (server) await new Promise((done) => server.close(done))
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    socket.on('error', () => socket.destroy())
    void closed.then(() => this.#sockets.delete(socket))
    for await (const line of createInterface(socket)) {
      // The reader has paused it; its end must still be noticed.
      socket.resume()
      const name = nameIn(line)
      const lent = await this.#processes.lend(name, async () => {
        socket.end()
        await Promise.race([closed, new Promise((done) => setTimeout(done, recallMs).unref())])
      })
      if (typeof lent === 'string') {
        answer(socket, { refused: lent })
        return void socket.end()
      }
      void closed.then(() => this.#processes.takeBack(lent))
      const { run, cwd, env } = lent.spec
      answer(socket, { run, cwd, env })
      return
    }
  }
}

function nameIn(line: string): string {
  try {
    return String((JSON.parse(line) as Partial<AttachRequest>).name)
  } catch {
    return ''
  }
}

function answer(socket: Socket, what: AttachAnswer): void {
  socket.write(`${JSON.stringify(what)}\n`)
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((done) => {
    const fail = (error: Error): void => {
      debug('attach: %s', error.message)
      done(false)
    }
    server.once('error', fail)
    server.listen(path, () => {
      server.off('error', fail)
      done(true)
    })
  })
}

/** Does somebody answer there? */
function isServed(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
