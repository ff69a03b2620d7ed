import type { EnvironmentModuleNode, ErrorPayload, Plugin, ViteDevServer } from 'vite'
import type { Context } from '../context.ts'
import { located, LessYuiError } from '../error.ts'
import { contains } from '../lessc/recording.ts'
import { cssOf, slashed, sourceOf } from './request.ts'
import { settled } from './settled.ts'

/**
 * Decides what an edit means for the sheets made from the file. Each is rendered before the browser hears of it: a sheet that fails
 * stays as it is in the page, with Vite's overlay over it, and one that comes out the same is left alone.
 */
export function hotPlugin(context: Context): Plugin {
  return {
    name: 'less-yui:hot',
    apply: 'serve',
    enforce: 'pre',
    configureServer(server) {
      // A page that is opened while a sheet is broken shows why.
      context.show = (error) => sendError(server, error)
      server.ws.on('connection', (socket) => {
        for (const error of context.broken.values()) socket.send(JSON.stringify(payload(error)))
      })
    },
    async hotUpdate({ file, modules, server }) {
      const { environment } = this
      if (environment.name !== 'client') return undefined
      const { sheets, broken, shown } = context
      const touched = sheets.dependants(file)
      if (touched.length === 0) return shadowed(context, modules)
      await settled(file)
      const ours = new Set(touched.map((source) => slashed(cssOf(source))))
      const others = modules.flatMap((module) => unrelated(module, ours))
      const stale: EnvironmentModuleNode[] = []
      for (const source of touched) {
        const wasBroken = broken.has(source)
        try {
          const compiled = await sheets.compile(source)
          watchOutside(server, sheets.watched(source))
          broken.delete(source)
          if (!wasBroken && shown.get(source)?.css === compiled.css) continue
          shown.set(source, compiled)
          const nodes = environment.moduleGraph.getModulesByFile(slashed(cssOf(source)))
          stale.push(...(nodes ?? []))
          for (const [parent, sources] of context.imported) {
            if (!sources.includes(source)) continue
            const importers = environment.moduleGraph.getModulesByFile(slashed(cssOf(parent)))
            stale.push(...(importers ?? []))
          }
          // It failed when it was first asked for: no module knows of it, the page must ask again.
          if (wasBroken && !nodes?.size) environment.hot.send({ type: 'full-reload' })
        } catch (error) {
          if (!(error instanceof LessYuiError)) throw error
          broken.set(source, error)
          watchOutside(server, error.watch)
          context.vite.logger.error(`[less-yui] ${located(error)?.message ?? error.message}`)
          sendError(server, error)
        }
      }
      return [...new Set([...others, ...stale])]
    },
  }
}

/** An old Makefile writes the `x.css` that `x.less` stands before: nothing has changed. */
function shadowed(
  { options }: Context,
  modules: readonly EnvironmentModuleNode[],
): EnvironmentModuleNode[] | undefined {
  const made = (module: EnvironmentModuleNode): boolean =>
    module.file !== null && sourceOf(module.file, options.preferSource) !== undefined
  return modules.some(made) ? modules.filter((module) => !made(module)) : undefined
}

/** The modules an edit touches besides our sheets. The node of a watched file has no id; its importers are what counts. */
function unrelated(
  module: EnvironmentModuleNode,
  ours: ReadonlySet<string>,
): EnvironmentModuleNode[] {
  const nodes = module.id === null ? [...module.importers] : [module]
  return nodes.filter((node) => node.file === null || !ours.has(node.file))
}

function watchOutside(server: ViteDevServer, files: Iterable<string>): void {
  for (const file of files) if (!contains(server.config.root, file)) server.watcher.add(file)
}

/** Tells pages that worked until now of an error. */
function sendError(server: ViteDevServer, error: LessYuiError): void {
  const { hot } = server.environments.client
  // The client reloads a page whose very first message finds an overlay, as if it had never worked. These have.
  hot.send({ type: 'update', updates: [] })
  hot.send(payload(error))
}

/** What Vite's overlay shows; columns count from 1 there. */
function payload(error: LessYuiError): ErrorPayload {
  const { message = error.message, id, frame, loc } = located(error) ?? {}
  return {
    type: 'error',
    err: {
      message,
      stack: '',
      plugin: 'less-yui',
      pluginCode: error.code,
      ...(id !== undefined && { id }),
      ...(frame !== undefined && { frame }),
      ...(loc && { loc: { ...loc, column: loc.column + 1 } }),
    },
  }
}
