/** What a policy must allow for Vite's client to run in a page. */
export interface ClientNeeds {
  /** Origin of the client's scripts. */
  readonly script: string
  /** Origins it connects to. */
  readonly connect: readonly string[]
}

/** A policy that lets the client run. */
export interface RelaxedPolicy {
  /** The header's new value. */
  readonly value: string
  /** A nonce the policy knows, for our script tag. */
  readonly nonce: string | undefined
  readonly changed: boolean
}

/**
 * Adds what Vite's client needs to a Content-Security-Policy, and nothing else: its origin to the directive that
 * governs script elements, its origins to the one that governs connections. A directive that falls back to
 * `default-src` is written out first.
 *
 * @param header One or more policies, separated by commas.
 */
export function relaxPolicy(header: string, needs: ClientNeeds): RelaxedPolicy {
  let nonce: string | undefined
  const policies = header.split(',').map((policy) => {
    const directives = parse(policy)
    if (directives.size === 0) return policy
    const script = ['script-src-elem', 'script-src', 'default-src']
    const governing = script.map((name) => directives.get(name)).find((sources) => sources)
    nonce ??= governing?.map((source) => /^'nonce-(.+)'$/.exec(source)?.[1]).find(Boolean)
    allow(directives, script, 'script-src', [needs.script])
    allow(directives, ['connect-src', 'default-src'], 'connect-src', needs.connect)
    return [...directives].map(([name, sources]) => [name, ...sources].join(' ')).join('; ')
  })
  const value = policies.join(', ')
  return { value, nonce, changed: normal(value) !== normal(header) }
}

function allow(
  directives: Map<string, string[]>,
  fallbacks: readonly string[],
  own: string,
  origins: readonly string[],
): void {
  const governing = fallbacks.find((name) => directives.has(name))
  if (governing === undefined) return
  const sources = directives.get(governing) ?? []
  const missing = origins.filter((origin) => !sources.includes(origin))
  if (missing.length === 0) return
  const kept = sources.filter((source) => source.toLowerCase() !== "'none'")
  directives.set(governing === 'default-src' ? own : governing, [...kept, ...missing])
}

/** The first of two directives with one name counts (CSP 3, 2.2.1). */
function parse(policy: string): Map<string, string[]> {
  const directives = new Map<string, string[]>()
  for (const directive of policy.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/)
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

function normal(header: string): string {
  return header
    .replace(/\s*([;,])\s*/g, '$1')
    .replace(/;(?=,|$)/g, '')
    .trim()
}
