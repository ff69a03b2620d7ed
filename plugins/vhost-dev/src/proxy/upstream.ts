import type { App } from '../processes/app.ts'
import { Connections } from './connections.ts'
import { connectOptions, targetText } from './target.ts'
import type { Target } from './target.ts'

/** One application behind the front, with its connections. */
export class Upstream {
  name: string
  readonly target: Target
  /** The process that listens there, when the front started it. */
  app: App | undefined
  readonly #kept: Connections
  readonly #single: Connections
  /** Has it ever answered? */
  seen = false

  constructor(name: string, target: Target) {
    this.name = name
    this.target = target
    const connection = connectOptions(target)
    this.#kept = new Connections(connection, true)
    this.#single = new Connections(connection, false)
  }

  /** The target as people write it. */
  get text(): string {
    return targetText(this.target)
  }

  /**
   * The agent for a request.
   *
   * @param fresh With a connection of its own, so that it cannot meet one the application has just closed.
   */
  agent(fresh: boolean): Connections {
    return fresh ? this.#single : this.#kept
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
    this.#kept.destroy()
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
