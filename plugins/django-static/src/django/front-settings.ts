import type { FrontSite } from '@kovu/protocol'
import type { DjangoInfo } from './answer.ts'
import { readStaticUrl } from './static-url.ts'

/** A setting that Django behind a development front needs and the project does not have. */
export interface FrontSetting {
  readonly name: string
  /** Its value as Python. `_own` is the project's settings module. */
  readonly python: string
  readonly why: string
}

/**
 * Decides which settings Django needs behind the front and does not have.
 *
 * @param info What Django said about the project's own settings.
 * @param site The front.
 */
export function frontSettings(info: DjangoInfo, site: FrontSite): FrontSetting[] {
  const settings: FrontSetting[] = []
  const set = (name: string, python: string, why: string): number =>
    settings.push({ name, python, why })
  if (info.proxyHeader === null) {
    const loop = info.sslRedirect ? '; without it SECURE_SSL_REDIRECT redirects for ever' : ''
    const value = '("HTTP_X_FORWARDED_PROTO", "https")'
    set(
      'SECURE_PROXY_SSL_HEADER',
      value,
      `the front speaks HTTPS and says so in this header${loop}`,
    )
  }
  const origins = trustedOrigins(info, site)
  if (origins.length > 0) {
    const value = `[*getattr(_own, "CSRF_TRUSTED_ORIGINS", []), ${pythonList(origins)}]`
    set('CSRF_TRUSTED_ORIGINS', value, 'forms of these hosts are the site’s own')
  }
  const hosts = missingHosts(info, site)
  if (hosts.length > 0) {
    const value = `[*getattr(_own, "ALLOWED_HOSTS", []), ${pythonList(hosts)}]`
    set('ALLOWED_HOSTS', value, 'the front’s hosts')
  }
  for (const [name, domain] of [
    ['SESSION_COOKIE_DOMAIN', info.sessionCookieDomain],
    ['CSRF_COOKIE_DOMAIN', info.csrfCookieDomain],
  ] as const) {
    if (domain !== null && !covers(domain, site.domain)) {
      set(name, pythonString(`.${site.domain}`), `cookies of ${domain} do not reach ${site.domain}`)
    }
  }
  if (info.hstsSeconds > 0) {
    set(
      'SECURE_HSTS_SECONDS',
      '0',
      `browsers would refuse plain HTTP on these hosts for ${info.hstsSeconds} seconds`,
    )
  }
  return settings
}

/**
 * The front as STATIC_URL tells of it, where no front says it itself: a static host is one of the hosts of its domain.
 *
 * @param staticUrl STATIC_URL.
 * @returns Undefined when it names no HTTPS host, or one of production's.
 */
export function siteOfStaticUrl(staticUrl: string): FrontSite | undefined {
  const { origin, host } = readStaticUrl(staticUrl)
  if (origin === undefined || host === undefined || !origin.startsWith('https:')) return undefined
  const domain = host.split('.').slice(1).join('.')
  const { port } = new URL(origin)
  // A CDN of production tells nothing of the hosts in development.
  const isLocal = /(?:^|\.)(?:localhost|test|local|internal)$/.test(domain)
  if (!isLocal && !(port !== '' && domain.includes('.'))) return undefined
  const suffix = port === '' ? '' : `:${port}`
  const origins = [`https://${domain}${suffix}`, `https://*.${domain}${suffix}`]
  return { domain, port: Number(port || 443), origins }
}

function trustedOrigins({ django, trustedOrigins: own }: DjangoInfo, site: FrontSite): string[] {
  // Before 4.0 an entry is a host, and a wildcard is a leading dot.
  const old = Number.parseInt(django, 10) < 4
  const wanted = old
    ? site.origins.map((origin) => origin.replace(/^https?:\/\//, '').replace(/^\*/, ''))
    : site.origins
  return wanted.filter((origin) => !own.includes(origin))
}

function missingHosts({ allowedHosts: own }: DjangoInfo, site: FrontSite): string[] {
  const hosts = site.origins.map((origin) => new URL(origin.replace('*', 'any')).hostname)
  const wanted = site.origins.map((origin, index) =>
    origin.includes('*')
      ? `.${(hosts[index] ?? '').replace(/^[^.]*\./, '')}`
      : (hosts[index] ?? ''),
  )
  if (own.length === 0) {
    // With DEBUG and an empty list Django answers for localhost and its subdomains by itself.
    if (hosts.every((host) => host === 'localhost' || host.endsWith('.localhost'))) return []
    return [...new Set(['localhost', '.localhost', '127.0.0.1', '[::1]', ...wanted])]
  }
  return [...new Set(wanted)].filter((host) => !own.some((pattern) => hostMatches(pattern, host)))
}

function hostMatches(pattern: string, host: string): boolean {
  const plain = host.replace(/^\./, '')
  if (pattern === '*' || pattern === host) return true
  return pattern.startsWith('.') && (plain === pattern.slice(1) || plain.endsWith(pattern))
}

function covers(cookieDomain: string, domain: string): boolean {
  const bare = cookieDomain.replace(/^\./, '')
  return domain === bare || domain.endsWith(`.${bare}`) || bare.endsWith(`.${domain}`)
}

function pythonList(values: readonly string[]): string {
  return values.map(pythonString).join(', ')
}

/** A text as a Python literal. */
export function pythonString(value: string): string {
  return JSON.stringify(value)
}
