import { join } from 'node:path'
import { defaultAllowedOrigins, searchForWorkspaceRoot, type UserConfig } from 'vite'
import { readStaticUrl } from '../django/static-url.ts'
import type { StaticRoot } from '../finders/finders.ts'
import type { DjangoInfo } from '../django/answer.ts'
import type { PrivateFiles } from '../finders/private-files.ts'
import { hasFront } from './front.ts'
import type { Project } from '../project.ts'

const DENIED = ['.env', '.env.*', '*.{crt,pem,key}', '**/.git/**', '**/node_modules/.kovu/**']

/**
 * What Django's settings mean for the development server. What the user set is left out, so that it wins.
 *
 * @param user The user's configuration.
 * @param root Vite's root.
 * @param project The project.
 */
export function serveOptions(user: UserConfig, root: string, project: Project): UserConfig {
  const { info, finders, privateFiles } = project
  const url = readStaticUrl(info.staticUrl)
  const server = user.server ?? {}
  const { cors } = server
  const port = hasFront(user.plugins ?? []) ? undefined : loopbackPort(info.staticUrl)
  return {
    ...(user.base === undefined ? { base: url.path } : {}),
    ...(user.appType === undefined ? { appType: 'custom' } : {}),
    ...(user.publicDir === undefined ? { publicDir: false } : {}),
    server: {
      ...(server.origin === undefined && url.origin !== undefined ? { origin: url.origin } : {}),
      ...(cors === undefined && url.origin !== undefined
        ? { cors: { origin: siteOrigins(url.origin) } }
        : {}),
      // Pages would ask another port than the one that Vite falls back to.
      ...(server.port === undefined && port !== undefined ? { port, strictPort: true } : {}),
      ...(server.allowedHosts === true ? {} : { allowedHosts: allowedHosts(info, url.host) }),
      ...(server.watch === null ? {} : { watch: { ignored: unwatched(info) } }),
      fs: {
        allow: allowedDirs(root, finders.roots),
        deny: [...(server.fs?.deny === undefined ? DENIED : []), ...privatePatterns(privateFiles)],
      },
    },
  }
}

/** Patterns of files that Vite must not serve either, by a path of its own. */
function privatePatterns({ secrets, exposed }: PrivateFiles): string[] {
  return [
    ...secrets.map(literal),
    ...exposed.flatMap((dir) => [
      `${literal(dir)}/**/*.{py,pyc,sqlite,sqlite3,db}`,
      `${literal(dir)}/**/.*`,
    ]),
  ]
}

/** A path as a pattern that means itself. */
function literal(path: string): string {
  return path.replaceAll(/[\\()[\]{}!*?+@|$^]/g, '\\$&')
}

/** The port at which pages look for static files, when STATIC_URL is a plain URL of this very machine. */
function loopbackPort(staticUrl: string): number | undefined {
  const { origin, host } = readStaticUrl(staticUrl)
  if (origin === undefined || host === undefined || !origin.startsWith('http:')) return undefined
  return isLoopback(host) ? Number(new URL(origin).port || 80) : undefined
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$|\.localhost$/.test(host)
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
  // Any port of this machine may hold Django.
  const isPlain = isLoopback(hostname) && !hostname.endsWith('.localhost')
  return isPlain ? [own, defaultAllowedOrigins] : [own]
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
