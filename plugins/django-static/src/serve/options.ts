import { join } from 'node:path'
import { defaultAllowedOrigins, searchForWorkspaceRoot, type UserConfig } from 'vite'
import { readStaticUrl } from '../django/static-url.ts'
import type { StaticRoot } from '../finders/finders.ts'
import type { DjangoInfo } from '../django/answer.ts'

const DENIED = ['.env', '.env.*', '*.{crt,pem,key}', '**/.git/**', '**/node_modules/.kovu/**']

/**
 * What Django's settings mean for the development server. What the user set is left out, so that it wins.
 *
 * @param user The user's configuration.
 * @param root Vite's root.
 * @param info What Django said.
 * @param roots Django's static folders.
 */
export function serveOptions(
  user: UserConfig,
  root: string,
  info: DjangoInfo,
  roots: readonly StaticRoot[],
): UserConfig {
  const url = readStaticUrl(info.staticUrl)
  const server = user.server ?? {}
  const userCors = server.cors
  const result: UserConfig = {
    ...(user.base === undefined ? { base: url.path } : {}),
    ...(user.appType === undefined ? { appType: 'custom' } : {}),
    ...(user.publicDir === undefined ? { publicDir: false } : {}),
    server: {
      ...(server.origin === undefined && url.origin !== undefined ? { origin: url.origin } : {}),
      ...(userCors === undefined && url.origin !== undefined
        ? { cors: { origin: siteOrigins(url.origin) } }
        : {}),
      ...(server.allowedHosts === true ? {} : { allowedHosts: allowedHosts(info, url.host) }),
      ...(server.watch === null ? {} : { watch: { ignored: unwatched(info) } }),
      fs: {
        allow: allowedDirs(root, roots),
        ...(server.fs?.deny === undefined ? { deny: DENIED } : {}),
      },
    },
  }
  return result
}

/**
 * Who may read the static host: pages of the same site, on the standard ports and the static host's own.
 *
 * @param origin Origin of STATIC_URL.
 */
function siteOrigins(origin: string): RegExp[] {
  const { hostname, port } = new URL(origin)
  const ports = port === '' || port === '443' ? '(?::443)?' : `(?::(?:443|${port}))?`
  const site = siteOf(hostname)
  const escaped = site.replaceAll(/[.[\]]/g, '\\$&')
  const own = new RegExp(`^https?://(?:[^./:@\\s]+\\.)*${escaped}${ports}$`)
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  return isLoopback ? [own, defaultAllowedOrigins] : [own]
}

/** The domain whose hosts are one site: `drund.localhost` for `cdn.drund.localhost`, never a public suffix such as `co.uk`. */
function siteOf(host: string): string {
  const labels = host.split('.')
  if (host.startsWith('[') || /^[\d.]+$/.test(host) || labels.length < 3) return host
  const rest = labels.slice(1)
  const suffix = rest.length === 2 && rest[1]?.length === 2 && (rest[0]?.length ?? 0) <= 3
  return suffix ? host : rest.join('.')
}

function allowedHosts({ allowedHosts: hosts }: DjangoInfo, host: string | undefined): string[] {
  const named = hosts.filter((one) => one !== '*' && !one.startsWith('['))
  return [...new Set([...(host === undefined ? [] : [host]), ...named])]
}

function allowedDirs(root: string, roots: readonly StaticRoot[]): string[] {
  const workspace = searchForWorkspaceRoot(root)
  const modules = [join(workspace, 'node_modules'), join(root, 'node_modules')]
  return [...new Set([...roots.map(({ dir }) => dir), ...modules])]
}

function unwatched({ staticRoot }: DjangoInfo): string[] {
  const always = [
    '**/.venv/**',
    '**/venv/**',
    '**/__pycache__/**',
    '**/*.sqlite3',
    '**/*.sqlite3-*',
  ]
  return staticRoot === null ? always : [...always, `${staticRoot}/**`]
}
