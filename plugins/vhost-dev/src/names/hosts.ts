const labelRE = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const authorityRE = /^((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})\.?(?::(\d{1,5}))?$/i
const ipv6AuthorityRE = /^(\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i

/** A `Host` header or `:authority`, taken apart. */
export interface Authority {
  /** Lower-case, without the trailing dot. */
  readonly hostname: string
  readonly port: number | undefined
}

/**
 * Takes a `Host` header apart.
 *
 * @returns Undefined when it is no host name with an optional port: anything with `@`, `/`, a space, an escape.
 */
export function parseAuthority(value: string): Authority | undefined {
  const match = authorityRE.exec(value) ?? ipv6AuthorityRE.exec(value)
  if (!match?.[1]) return undefined
  const port = match[2] === undefined ? undefined : Number(match[2])
  if (port !== undefined && port > 65535) return undefined
  return { hostname: match[1].toLowerCase(), port }
}

/** Which route answers for which host name. */
export interface HostTable<T> {
  /** Full patterns in the order they are tried: `www.example.localhost`, `*.example.localhost`, `/\d+/.example.localhost`. */
  readonly patterns: readonly string[]
  /**
   * The route of a host name: the exact one, else the longest wildcard, else the first expression that fits. A `*`
   * stands for exactly one label.
   *
   * @param hostname Without a port; case and one trailing dot do not matter.
   */
  match(hostname: string): T | undefined
}

/**
 * The full pattern a key of `hosts` stands for: `cdn` is `cdn.<domain>`, `''` and `@` are the domain itself, `*` is
 * `*.<domain>`, `/shop-\d+/` is everything before `.<domain>` that fits as a whole; a name that already ends in the
 * domain is taken as it is.
 *
 * @returns Undefined when the key is no host name, no regular expression, or has a `*` anywhere but as its whole first label.
 */
export function hostPattern(domain: string, key: string): string | undefined {
  if (key.length > 2 && key.startsWith('/') && key.endsWith('/')) {
    const pattern = `${key}.${domain}`
    return expressionOf(pattern) && pattern
  }
  const name = key.toLowerCase()
  if (name === '' || name === '@') return domain
  const full = name === domain || name.endsWith(`.${domain}`) ? name : `${name}.${domain}`
  const [first = '', ...rest] = full.split('.')
  const valid = (first === '*' || labelRE.test(first)) && rest.every((label) => labelRE.test(label))
  return valid ? full : undefined
}

/** Is the pattern one name, without a wildcard or an expression? */
export function isExact(pattern: string): boolean {
  return !pattern.startsWith('*') && !pattern.startsWith('/')
}

/**
 * Builds the table from full patterns.
 *
 * @param routes Pairs of a pattern (see {@link hostPattern}) and its route.
 */
export function hostTable<T>(routes: Iterable<readonly [pattern: string, route: T]>): HostTable<T> {
  const exact = new Map<string, T>()
  const wildcards = new Map<string, T>()
  const expressions = new Map<string, { readonly fits: RegExp; readonly route: T }>()
  for (const [pattern, route] of routes) {
    const fits = expressionOf(pattern)
    if (fits) expressions.set(pattern, { fits, route })
    else if (pattern.startsWith('*.')) wildcards.set(pattern.slice(2), route)
    else exact.set(pattern, route)
  }
  return {
    patterns: [
      ...exact.keys(),
      ...[...wildcards.keys()].map((base) => `*.${base}`),
      ...expressions.keys(),
    ],
    match(hostname) {
      let name = hostname.toLowerCase()
      if (name.endsWith('.')) name = name.slice(0, -1)
      const found = exact.get(name)
      if (found !== undefined) return found
      // One label per `*`: only one wildcard can fit, the one whose base is everything after the first dot.
      const dot = name.indexOf('.')
      if (dot > 0 && labelRE.test(name.slice(0, dot))) {
        const wild = wildcards.get(name.slice(dot + 1))
        if (wild !== undefined) return wild
      }
      for (const { fits, route } of expressions.values()) if (fits.test(name)) return route
      return undefined
    },
  }
}

/** `/source/.base` as an expression for whole names: one that is not anchored would let `x.base.evil` in. */
function expressionOf(pattern: string): RegExp | undefined {
  const end = pattern.lastIndexOf('/')
  if (!pattern.startsWith('/') || end < 1) return undefined
  const base = pattern.slice(end + 1).replaceAll(/[.\\^$*+?()[\]{}|]/g, '\\$&')
  try {
    return new RegExp(`^(?:${pattern.slice(1, end)})${base}$`)
  } catch {
    return undefined
  }
}
