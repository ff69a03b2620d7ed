import type { KovuPluginApi } from '@kovu/protocol'
import type { Plugin, UserConfig } from 'vite'

/** Hooks in which a plugin may do something with what was built. */
const late = ['writeBundle', 'closeBundle', 'buildApp'] as const satisfies readonly (keyof Plugin)[]

/**
 * The plugins of a config that are neither Vite's nor of those that take part in the graph: nobody knows what they read without a word.
 *
 * @param user The config as the project has it.
 */
export async function foreignPlugins({ plugins, build }: UserConfig): Promise<Plugin[]> {
  const own = await flatten([
    plugins,
    build?.rolldownOptions?.plugins,
    build?.rollupOptions?.plugins,
  ])
  const peers = ['kovu', ...own.filter(takesPart).map(({ name }) => name)]
  const isPeer = (name: string): boolean =>
    peers.some((peer) => name === peer || name.startsWith(`${peer}:`))
  return own.filter(({ name, apply }) => apply !== 'serve' && !isPeer(name))
}

/** Does a plugin do something with what was built? It expects to do so whenever a build is asked for. */
export function isObliging(plugin: Plugin): boolean {
  return late.some((hook) => plugin[hook] !== undefined)
}

function takesPart({ api }: Plugin): boolean {
  return (api as Partial<KovuPluginApi> | undefined)?.kovu !== undefined
}

/** Plugins may be given in lists, as promises, and as `false`. */
async function flatten(option: unknown): Promise<Plugin[]> {
  const given = await option
  if (Array.isArray(given)) return (await Promise.all(given.map(flatten))).flat()
  return typeof given === 'object' && given !== null ? [given as Plugin] : []
}
