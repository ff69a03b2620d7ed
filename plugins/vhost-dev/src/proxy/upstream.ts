import { Agent } from 'node:http'
import type { RequestOptions } from 'node:http'
import type { App } from '../processes/app.ts'
import { connectOptions, targetText } from './target.ts'
import type { Target } from './target.ts'

/**
 * Gives each request a connection of its own that it does not ask the application to close: one that answers before it has read
 * the body would close it while the body is still being sent, and the answer would be lost.
 */
class SingleUse extends Agent {
  constructor() {
    super({ keepAlive: true })
  }

  /** Called for a connection whose answer has come; false closes it. See https://nodejs.org/api/http.html#agentkeepsocketalivesocket */
  override keepSocketAlive(): boolean {
    return false
  }
}

/** One application behind the front, with its connections. */
export class Upstream {
  name: string
  readonly target: Target
  /** The process that listens there, when the front started it. */
  app: App | undefined
  readonly agent: Agent
  readonly #pooled: RequestOptions
  readonly #fresh: RequestOptions
  /** Has it ever answered? */
  seen = false

  constructor(name: string, target: Target) {
    this.name = name
    this.target = target
    this.agent = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' })
    const connection = connectOptions(target) as RequestOptions
    this.#pooled = { ...connection, agent: this.agent, setHost: false }
    this.#fresh = { ...connection, agent: new SingleUse(), setHost: false }
  }

  /** The target as people write it. */
  get text(): string {
    return targetText(this.target)
  }

  /**
   * Options for `http.request`.
   *
   * @param fresh With a connection of its own, so that it cannot meet one the application has just closed.
   */
  requestOptions(fresh: boolean): RequestOptions {
    return fresh ? this.#fresh : this.#pooled
  }

  /**
   * How many milliseconds a request may wait for the application to accept connections: a development server that
   * reloads its code is away for a second; one that crashed at once, or that nobody started, is not waited for.
   *
   * @param navigation A person waits, and can be shown a page that says why.
   */
  patience(navigation: boolean): number {
    if (!this.app) return this.seen ? 3000 : 0
    switch (this.app.state) {
      case 'up':
      case 'lent':
        return 10_000
      case 'waiting':
      case 'starting':
        return navigation ? 3000 : 10_000
      case 'crashed':
        return navigation ? 0 : 1500
      default:
        return 0
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.agent.destroy()
  }
}

/** Does the error say that nobody listens at the target? */
export function isAway(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNREFUSED' || error.code === 'ENOENT'
}

/** Does the error say that a connection ended before it brought an answer? */
export function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** The error of an application that has taken a request and says nothing. */
export class Silence extends Error {
  /** @param ms How long it was waited for. */
  constructor(ms: number) {
    super(`no answer for ${ms / 1000} s`)
    this.name = 'Silence'
  }
}
