/** What happens in development when a file changes. */
import { normalizePath, type ViteDevServer } from 'vite'
import type { Context, Project } from '../context.ts'
import { toLocated, type LocatedError } from '../error.ts'
import { editOf, type Edit } from './edits.ts'
import { UPDATE } from './hot-module.ts'
import type { Answers, Served } from './index.ts'

/** Modules made from a file. */
interface Made {
  readonly project: Project
  readonly ids: readonly string[]
}

/** Follows the files of served layers. */
export class Hot implements Served {
  readonly #context: Context
  readonly #answers: Answers
  readonly #server: ViteDevServer
  readonly #files = new Set<string>()
  /** Modules of files whose newest version cannot be used, while pages have an older one. */
  readonly #broken = new Map<string, readonly Made[]>()
  /** Files of modules that pages got as an error. */
  readonly #failed = new Set<string>()

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
    if (error.id !== undefined) {
      this.#failed.add(error.id)
      this.watch([error.id])
    }
    this.#show(error)
  }

  /**
   * Brings an edit to pages when the file stands in a layer that was served, or is one that a module missed.
   *
   * @param type What happened to the file.
   * @returns Is the file taken care of?
   */
  async changed(path: string, type: 'create' | 'update' | 'delete'): Promise<boolean> {
    const file = normalizePath(path)
    if (type !== 'update') this.#answers.forgetLayers()
    const projects = await this.#answers.projects.all().catch(() => [])
    const made = projects.flatMap((project): Made[] => {
      const ids = project.graph.invalidate(file)
      return ids.length > 0 ? [{ project, ids }] : []
    })
    const configured = projects.some((project) => project.watch.includes(file))
    const peers = await this.#context.peers()
    const name = type === 'update' ? undefined : peers.nameOf(file)
    const appeared = name !== undefined && this.#answers.isMissing(name)
    if (!configured && !appeared && !this.#files.has(file)) return false
    if (configured) this.#context.reset()
    const known = made.length > 0 ? made : (this.#broken.get(file) ?? [])
    this.#broken.delete(file)
    if (configured || appeared || type !== 'update' || this.#failed.has(file)) return this.#reload()
    return known.length === 0 ? this.#reload() : this.#replace(file, known)
  }

  async #replace(file: string, made: readonly Made[]): Promise<boolean> {
    const edits: (Edit | 'reload' | undefined)[] = []
    try {
      for (const { project, ids } of made) {
        edits.push(await editOf(project, ids, (missing) => this.#answers.miss(missing)))
      }
    } catch (error) {
      // Pages keep the last good version.
      this.#broken.set(file, made)
      this.#show(toLocated(error))
      return true
    }
    const { hot } = this.#server.environments.client
    if (edits.includes('reload')) return this.#reload()
    const told = new Set<string>()
    for (const edit of edits) {
      if (edit === undefined || edit === 'reload') continue
      const key = JSON.stringify(edit.told.names) + edit.told.ids.join(' ')
      if (told.has(key)) continue
      told.add(key)
      hot.send(UPDATE, { ...edit.told, query: this.#answers.keep(edit) })
    }
    return told.size > 0
  }

  #reload(): true {
    this.#failed.clear()
    this.#broken.clear()
    this.#answers.clear()
    this.#server.environments.client.hot.send({ type: 'full-reload', path: '*' })
    return true
  }

  #show(error: LocatedError): void {
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
}
