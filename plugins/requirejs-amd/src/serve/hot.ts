/** What happens in development when a file changes. */
import { normalizePath, type ViteDevServer } from 'vite'
import type { Context } from '../context.ts'
import type { LocatedError } from '../error.ts'
import type { Answers, Served } from './index.ts'

/** Follows the files of served layers. */
export class Hot implements Served {
  readonly #context: Context
  readonly #answers: Answers
  readonly #server: ViteDevServer
  readonly #files = new Set<string>()

  constructor(context: Context, answers: Answers, server: ViteDevServer) {
    this.#context = context
    this.#answers = answers
    this.#server = server
  }

  watch(files: readonly string[]): void {
    const fresh = files.filter((file) => !this.#files.has(file))
    if (fresh.length === 0) return
    for (const file of fresh) this.#files.add(file)
    // Vite watches its root only; a file that is watched already costs nothing.
    const root = `${this.#server.config.root}/`
    const outside = fresh.filter((file) => !file.startsWith(root))
    if (outside.length > 0) this.#server.watcher.add(outside)
  }

  report(error: LocatedError): void {
    this.#server.config.logger.error(`${error.message}${error.frame ? `\n${error.frame}` : ''}`, {
      error,
    })
    const { message, stack = '', id, frame, plugin, pluginCode, loc } = error
    this.#server.environments.client.hot.send({
      type: 'error',
      err: {
        message,
        stack,
        ...(id === undefined ? {} : { id }),
        ...(frame === undefined ? {} : { frame }),
        ...(plugin === undefined ? {} : { plugin }),
        ...(pluginCode === undefined ? {} : { pluginCode }),
        ...(loc === undefined ? {} : { loc }),
      },
    })
  }

  /**
   * Reloads pages when the file stands in a layer that was served, or is one that a module missed.
   *
   * @param type What happened to the file.
   * @returns Whether pages were reloaded.
   */
  async changed(path: string, type: 'create' | 'update' | 'delete'): Promise<boolean> {
    const file = normalizePath(path)
    const projects = await this.#answers.projects.all().catch(() => [])
    for (const project of projects) project.graph.invalidate(file)
    const configured = projects.some((project) => project.watch.includes(file))
    const peers = await this.#context.peers()
    const name = type === 'update' ? undefined : peers.nameOf(file)
    const appeared = name !== undefined && this.#answers.isMissing(name)
    if (!configured && !appeared && !this.#files.has(file)) return false
    if (configured) this.#context.reset()
    this.#answers.clear()
    this.#server.environments.client.hot.send({ type: 'full-reload', path: '*' })
    return true
  }
}
