import { VhostError } from '../error.ts'
import { hostTable, isExact, parseAuthority } from '../names/hosts.ts'
import type { ResolvedHost } from '../options/hosts.ts'
import type { ResolvedOptions } from '../options/resolve.ts'

const defaultPort = 8443

/** Where Vite stands among the hosts. */
export interface Placement {
  /** The port to listen on; 0 for any free one. */
  readonly port: number
  readonly hosts: readonly ResolvedHost[]
  /** Paths that every application host answers from Vite; each begins and ends with a slash. */
  readonly vitePaths: readonly string[]
  /** The host whose URLs name Vite's files; undefined when every page's own host does. */
  readonly viteHost: string | undefined
  /** What the person at the terminal should know. */
  readonly warnings: readonly string[]
}

/**
 * Decides the port and who answers static files: the host that STATIC_URL names, or, when it is a path, every
 * application host below that path.
 *
 * @param base Vite's base.
 * @param staticUrl Django's STATIC_URL, if there is a Django.
 * @throws VhostError when STATIC_URL names a host that `hosts` gives to an application.
 */
export function placeVite(
  options: ResolvedOptions,
  base: string,
  staticUrl: string | undefined,
): Placement {
  const warnings: string[] = []
  const isUrl = staticUrl !== undefined && /^(?:https?:)?\/\//i.test(staticUrl)
  const url = isUrl ? new URL(staticUrl, 'https://x') : undefined
  const isBelow = url !== undefined && `.${url.hostname}`.endsWith(`.${options.domain}`)
  let { hosts } = options
  if (url && isBelow) {
    hosts = withViteHost(hosts, url.hostname)
    if (url.protocol === 'http:') {
      warnings.push(
        `STATIC_URL (${staticUrl}) is not https; the front redirects every request for it.`,
      )
    }
  } else if (url) {
    warnings.push(
      `STATIC_URL (${staticUrl}) names a host outside ${options.domain}: pages load static files from there, not from Vite.`,
    )
  }
  const urlPort = url && isBelow ? Number(url.port || 443) : undefined
  const port = options.port ?? urlPort ?? defaultPort
  if (urlPort !== undefined && port !== 0 && urlPort !== port) {
    warnings.push(
      `STATIC_URL names port ${urlPort}, but 'port' is ${port}: static files will not load.`,
    )
  }
  const firstVite = hosts.find((host) => host.kind === 'vite' && isExact(host.pattern))?.pattern
  const paths = new Set<string>()
  if (staticUrl !== undefined && !isUrl) paths.add(asPath(staticUrl))
  const hasVitePath = paths.size > 0 || (firstVite === undefined && url === undefined)
  if (hasVitePath && base !== '/' && base.startsWith('/')) paths.add(base)
  paths.delete('/')
  const viteHost = paths.size > 0 ? undefined : url && isBelow ? url.hostname : firstVite
  if (paths.size === 0 && viteHost === undefined) {
    warnings.push("no host is 'vite': nothing is served from Vite, and pages get no HMR.")
  }
  return { port, hosts, vitePaths: [...paths], viteHost, warnings }
}

function withViteHost(hosts: readonly ResolvedHost[], hostname: string): readonly ResolvedHost[] {
  const exact = hosts.find((host) => host.pattern === hostname)
  if (exact?.kind === 'app') {
    throw new VhostError(
      'VHOST_DEV_OPTIONS',
      `STATIC_URL names ${hostname}, but hosts gives that host to an application. Make it 'vite', or change STATIC_URL.`,
    )
  }
  const table = hostTable(hosts.map((host) => [host.pattern, host] as const))
  if (table.match(hostname)?.kind === 'vite' || !parseAuthority(hostname)) return hosts
  return [{ kind: 'vite', pattern: hostname }, ...hosts]
}

function asPath(staticUrl: string): string {
  const path = staticUrl.startsWith('/') ? staticUrl : `/${staticUrl}`
  return path.endsWith('/') ? path : `${path}/`
}
