import type { KovuApi } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import type { ResolvedOptions } from '../options/resolve.ts'
import type { VhostDevOptions } from '../options.ts'
import { sites } from '../site/sites.ts'
import type { Site } from '../site/site.ts'
import type { ViteHandle } from './handle.ts'

/** State of one plugin call. */
export interface Context {
  readonly given: VhostDevOptions
  config: ResolvedConfig | undefined
  options: ResolvedOptions | undefined
  peers: readonly KovuApi[]
  site: Site | undefined
  /** The newest server of this plugin object. */
  vite: ViteHandle | undefined
  /** Is it `vite preview`? */
  isPreview: boolean
  /** A new server of this very plugin object has taken the front over; the old one is about to close. */
  restarting: boolean
}

/** The state a plugin call begins with. */
export function createContext(given: VhostDevOptions): Context {
  return {
    given,
    config: undefined,
    options: undefined,
    peers: [],
    site: undefined,
    vite: undefined,
    isPreview: false,
    restarting: false,
  }
}

/** The checked options. */
export function optionsOf(context: Context): ResolvedOptions {
  if (!context.options) throw new Error('vhost-dev: configResolved has not run')
  return context.options
}

/** Closes the front, unless another plugin call has taken it over. */
export async function closeSite(context: Context): Promise<void> {
  const { site } = context
  // After a restart the front belongs to the plugin of the new server.
  if (!site || site.owner !== context) return
  for (const [key, open] of sites()) if (open === site) sites().delete(key)
  await site.close()
}
