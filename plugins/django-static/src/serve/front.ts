import type { Plugin } from 'vite'

/**
 * Is there a development front, which brings Vite's client to the pages and knows when Django answers?
 *
 * @param plugins Plugins, resolved or in lists as the user wrote them.
 */
export function hasFront(plugins: readonly unknown[]): boolean {
  return plugins.some((plugin) =>
    Array.isArray(plugin)
      ? hasFront(plugin)
      : isNamed(plugin) && plugin.name.split(':')[0] === 'vhost-dev',
  )
}

function isNamed(plugin: unknown): plugin is Plugin {
  return typeof plugin === 'object' && plugin !== null && 'name' in plugin
}
