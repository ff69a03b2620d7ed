import type { Plugin } from 'vite'

/** Hooks in which a plugin may call `this.addWatchFile`. */
const hooks = [
  'buildStart',
  'resolveId',
  'load',
  'transform',
  'buildEnd',
  'renderStart',
  'renderChunk',
  'generateBundle',
  'writeBundle',
] as const satisfies readonly (keyof Plugin)[]

type Handler = (this: { addWatchFile?: (id: string) => void }, ...args: unknown[]) => unknown

/**
 * Hears of every file that plugins ask to be watched. Rolldown keeps them, but does not tell plugins (Rollup's `getWatchFiles`), and
 * Vite keeps the bundle that would tell.
 *
 * @param plugins Resolved plugins; their hooks are put in a frame.
 * @param files Receives the files.
 * @param heard Plugins that were framed before: one may take part in several builds.
 */
export function hearWatchFiles(
  plugins: readonly Plugin[],
  files: Set<string>,
  heard: WeakSet<Plugin>,
): void {
  for (const plugin of plugins) {
    if (heard.has(plugin) || Object.isFrozen(plugin)) continue
    heard.add(plugin)
    const open = plugin as unknown as Record<string, Handler | { handler: Handler } | undefined>
    for (const name of hooks) {
      const hook = open[name]
      if (typeof hook === 'function') open[name] = framed(hook, files)
      else if (typeof hook?.handler === 'function')
        open[name] = { ...hook, handler: framed(hook.handler, files) }
    }
  }
}

function framed(handler: Handler, files: Set<string>): Handler {
  return function (...args) {
    // Each call of a hook has a context of its own.
    const { addWatchFile } = this
    if (addWatchFile !== undefined) {
      this.addWatchFile = (id) => {
        files.add(id)
        addWatchFile.call(this, id)
      }
    }
    return handler.apply(this, args)
  }
}
