import path from 'node:path'
import type { Plugin, ViteDevServer } from 'vite'
import type { Context } from '../context.ts'
import { located, locatedError, mayWait } from '../error.ts'
import { isInside } from '../layers.ts'
import { toJson } from '../render/literals.ts'
import { endServing, noteServing } from '../render/serving.ts'
import { RESOLVED } from './virtual.ts'

/**
 * Edits within this time are one. It is longer than the 50 ms after an edit in which chokidar tells nothing of the same file: what it
 * keeps to itself is there when the file is read.
 */
const QUIET = 60

/** Development: renders before anything starts that reads the settings, and again after each edit of what they come from. */
export function servePlugin(context: Context): Plugin {
  return {
    name: 'm4-settings:serve',
    apply: 'serve',
    enforce: 'pre',
    async configureServer(server) {
      const watcher = new SettingsWatcher(context, server)
      await watcher.first()
      noteServing(context.root, context.mode)
      watcher.watch()
    },
    closeServer({ reason }) {
      // After a restart it is the new server's.
      if (reason !== 'restart') endServing(context.root)
    },
  }
}

class SettingsWatcher {
  readonly #context: Context
  readonly #server: ViteDevServer
  #broken: unknown
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(context: Context, server: ViteDevServer) {
    this.#context = context
    this.#server = server
  }

  /** Renders. The last good files may stand in for those that cannot be rendered now. */
  async first(): Promise<void> {
    try {
      await this.#context.rendered()
    } catch (error) {
      if (!mayWait(error) || !this.#context.hasOutputs()) throw locatedError(error)
      this.#fail(error)
    }
  }

  watch(): void {
    const { watcher, ws } = this.#server
    this.#follow()
    watcher.on('all', (_, file) => {
      if (this.#context.isForeign(path.resolve(file))) this.#warnOf(path.resolve(file))
      if (!this.#concerns(path.resolve(file))) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => {
        this.#running = this.#running.then(async () => this.#again())
      }, QUIET)
      this.#timer.unref()
    })
    ws.on('connection', () => {
      if (this.#broken !== undefined) this.#show()
    })
  }

  #warnOf(file: string): void {
    const { root, mode } = this.#context
    this.#server.config.logger.warn(
      `[m4-settings] ${path.relative(root, file)} was changed by another program, a build of another mode perhaps: it is not that of ${mode} any more. Save a file of ${this.#context.options.dir} or restart to have it back.`,
      { timestamp: true },
    )
  }

  #concerns(file: string): boolean {
    const { inputs, root, options } = this.#context
    if (inputs.has(file)) return true
    return path.dirname(file) === path.resolve(root, options.dir) && file.endsWith('.m4')
  }

  /** Includes may lie anywhere. */
  #follow(): void {
    const { inputs, root, options } = this.#context
    const dir = path.resolve(root, options.dir)
    for (const file of [dir, ...inputs]) {
      if (!isInside(this.#server.config.root, file)) this.#server.watcher.add(file)
    }
  }

  async #again(): Promise<void> {
    const before = print(this.#context)
    try {
      const { files } = await this.#context.render()
      const written = files.filter(({ written }) => written).map(({ file }) => path.basename(file))
      if (written.length > 0) {
        this.#server.config.logger.info(`[m4-settings] ${written.join(', ')}`, { timestamp: true })
      }
      const recovered = this.#broken !== undefined
      this.#broken = undefined
      if (print(this.#context) !== before) await this.#reload()
      else if (recovered) this.#server.environments.client.hot.send({ type: 'full-reload' })
    } catch (error) {
      this.#fail(error)
    }
    this.#follow()
  }

  async #reload(): Promise<void> {
    for (const environment of Object.values(this.#server.environments)) {
      const module = environment.moduleGraph.getModuleById(RESOLVED)
      if (module) await environment.reloadModule(module)
    }
  }

  #fail(error: unknown): void {
    this.#broken = error
    const fields = located(error)
    if (!fields) throw error
    const { message, frame } = fields
    const { logger } = this.#server.config
    logger.error(`[m4-settings] ${message}${frame === undefined ? '' : `\n${frame}`}`, {
      timestamp: true,
    })
    this.#show()
  }

  /** The overlay has no frame: the lines around the place may be secret, and everyone on the page sees them. */
  #show(): void {
    const fields = located(this.#broken)
    if (!fields) return
    const { message, id, pluginCode } = fields
    const err = {
      message,
      stack: '',
      plugin: 'm4-settings',
      pluginCode,
      ...(id !== undefined && { id }),
    }
    this.#server.environments.client.hot.send({ type: 'error', err })
  }
}

function print({ values }: Context): string {
  return [...values].map(([name, value]) => `${name}=${toJson(value)}`).join('\n')
}
