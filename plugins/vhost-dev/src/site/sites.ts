import type { Site } from './site.ts'

const key = Symbol.for('kovu.vhost-dev.sites')

/**
 * The open sites of this Node process. Kept on `globalThis`: a restart of Vite evaluates the config, and with it this
 * module, anew, while the front goes on.
 */
export function sites(): Map<string, Site> {
  const holder = globalThis as { [key]?: Map<string, Site> }
  return (holder[key] ??= new Map())
}

/** The name of a site: what it is before, and Vite's root. Its port may change. */
export function siteKey(root: string, kind: 'dev' | 'preview'): string {
  return `${kind} ${root}`
}
