import type { Plugin } from 'vite'
import type { VhostDevOptions } from './options.ts'
import { vhostPlugin } from './plugin.ts'
import type { VhostDevApi } from './plugin.ts'

export type { CdnOptions } from './cdn/options.ts'
export type { CertificateOptions } from './certificates/load.ts'
export type { AppHost, Runnable, VhostDevOptions } from './options.ts'
export type { VhostApi, VhostDevApi } from './plugin.ts'

/**
 * Every host of a product on one HTTPS port in development, with Vite in process. See the README for the options.
 */
export function vhostDev(options: VhostDevOptions): Plugin<VhostDevApi> {
  return vhostPlugin(options)
}

export default vhostDev
