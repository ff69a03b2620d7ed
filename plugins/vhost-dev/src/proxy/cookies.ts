import type { Change } from './change.ts'

/**
 * Gives cookies another `Domain` attribute: an application that sets those of production works here unchanged.
 *
 * @param domains From which domain to which; a leading dot does not matter (RFC 6265, 5.2.3).
 */
export function cookieDomains(domains: ReadonlyMap<string, string>): Change {
  return {
    answer(_answer, headers) {
      const cookies = headers['set-cookie']
      if (Array.isArray(cookies)) {
        headers['set-cookie'] = cookies.map((cookie) => withDomain(cookie, domains))
      }
      return []
    },
  }
}

function withDomain(cookie: string, domains: ReadonlyMap<string, string>): string {
  return cookie.replace(
    /(;\s*domain\s*=\s*)\.?([^;\s]*)/gi,
    (attribute: string, name: string, domain: string) => {
      const other = domains.get(domain.toLowerCase())
      return other === undefined ? attribute : `${name}${other}`
    },
  )
}
