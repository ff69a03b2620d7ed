import { Agent } from 'node:http'
import type { ClientRequest, RequestOptions } from 'node:http'
import { connect } from 'node:net'
import type { NetConnectOpts, Socket } from 'node:net'

const maxIdle = 64

/**
 * Node's agent for one address. Its own looks up a name and copies the options twice for each request; with one address
 * there is nothing to look up, and a proxied request costs a quarter less.
 */
export class Connections extends Agent {
  readonly #address: NetConnectOpts
  readonly #keeps: boolean
  /** The one used last is at the end, and is used next: it is the least likely to have been closed. */
  readonly #idle: Socket[] = []
  readonly #open = new Set<Socket>()

  /**
   * @param address Where the application listens.
   * @param keeps Are connections used again? If not, each request has one of its own; the application is not asked to close
   *   it all the same: one that answers before it has read the body would close it while the body is still being sent, and
   *   the answer would be lost.
   */
  constructor(address: NetConnectOpts, keeps: boolean) {
    super({ keepAlive: true })
    this.#address = address
    this.#keeps = keeps
  }

  /** What Node's client asks an agent for a connection with; agents of others replace the same method. */
  addRequest(request: ClientRequest, { timeout = 0 }: RequestOptions): void {
    const idle = this.#idle.pop()
    if (idle) request.reusedSocket = true
    const socket = idle ?? this.#connect()
    if (socket.timeout !== timeout) socket.setTimeout(timeout)
    request.onSocket(socket)
  }

  /** Closes the connections, those in use too. */
  override destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #connect(): Socket {
    const socket = connect(this.#address)
    const listeners = {
      // Node's client listens for errors only while a request is on its way.
      error: () => {},
      // What nobody asked for would become the answer of the next request.
      data: () => {
        if (this.#idle.includes(socket)) socket.destroy()
      },
      // Node's client is done with it.
      free: () => {
        if (this.#keeps && socket.writable && this.#idle.length < maxIdle) this.#idle.push(socket)
        else socket.destroy()
      },
      // It has become something else: a WebSocket.
      agentRemove: () => {
        for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
        this.#open.delete(socket)
        socket.setTimeout(0)
      },
      close: () => {
        this.#open.delete(socket)
        const at = this.#idle.indexOf(socket)
        if (at >= 0) this.#idle.splice(at, 1)
      },
    }
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
    this.#open.add(socket)
    return socket.setNoDelay(true)
  }
}
