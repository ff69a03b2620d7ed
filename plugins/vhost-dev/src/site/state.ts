import type { Logger } from 'vite'
import type { Simulation } from '../cdn/simulation.ts'
import type { CertificateOptions } from '../certificates/load.ts'
import type { ResolvedHost } from '../options/hosts.ts'
import type { Change } from '../proxy/change.ts'
import type { ViteHandle } from '../vite/handle.ts'

/** What a site answers with; replaced as a whole when Vite restarts. */
export interface SiteState {
  readonly domain: string
  readonly hosts: readonly ResolvedHost[]
  readonly certificates: CertificateOptions
  readonly vite: ViteHandle
  /** What Vite's files are like for browsers; undefined when they are as they are. */
  readonly simulation: Simulation | undefined
  /** Paths that every application host answers from Vite; each begins and ends with a slash. */
  readonly vitePaths: readonly string[]
  /** Makes what changes a page of a host; undefined when nothing goes into pages. */
  readonly injection: ((pageOrigin: string) => Promise<Change>) | undefined
  readonly log: Logger
  /** Is every request to an application logged? */
  readonly logsRequests: boolean
}
