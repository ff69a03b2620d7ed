import { hostPattern, isExact } from '../names/hosts.ts'
import { parseTarget } from '../proxy/target.ts'
import type { Target } from '../proxy/target.ts'
import { fail, numberOrNone, onlyKnown } from './check.ts'
import { resolveRunnable } from './processes.ts'
import type { ResolvedProcess } from './processes.ts'
import type { Procfile } from './procfile.ts'
import type { AppHost, VhostDevOptions } from '../options.ts'

/** A host that an application answers, checked. */
interface ResolvedApp {
  readonly kind: 'app'
  readonly pattern: string
  /** The name of its process; hosts with one target share it. */
  readonly name: string
  readonly target: Target
  readonly inject: boolean
  /** Milliseconds; 0 is for ever. */
  readonly timeoutMs: number
  readonly cookieDomains: ReadonlyMap<string, string>
}

/** A host, checked. */
export type ResolvedHost = { readonly kind: 'vite'; readonly pattern: string } | ResolvedApp

/** The hosts and the processes that belong to them. */
export interface ResolvedHosts {
  readonly hosts: readonly ResolvedHost[]
  readonly processes: readonly ResolvedProcess[]
  /** Names in the Procfile that are the processes of hosts. */
  readonly listed: ReadonlySet<string>
}

const hostOptionNames = new Set([
  'target',
  'run',
  'ready',
  'timeout',
  'cwd',
  'env',
  'watch',
  'inject',
  'name',
  'cookieDomains',
])
const defaultTimeoutSeconds = 300

/**
 * Checks the hosts, and finds what runs for each.
 *
 * @param procfile Runs the application of a host of the same name; `web` runs that of `*`.
 */
export function resolveHosts(
  options: VhostDevOptions,
  domain: string,
  procfile: Procfile | undefined,
  root: string,
): ResolvedHosts {
  const found = new Map<string, ResolvedHost>()
  const running = new Map<string, ResolvedProcess>()
  const listed = new Set<string>()
  for (const [key, value] of Object.entries(options.hosts ?? {})) {
    const pattern = hostPattern(domain, key)
    if (!pattern) {
      fail(
        `hosts: '${key}' is no host name; a '*' may only be the whole first label, an expression is '/like-\\d+/'.`,
      )
    }
    if (found.has(pattern)) fail(`hosts: '${key}' stands for ${pattern}, which is there already.`)
    if (value === 'vite') {
      found.set(pattern, { kind: 'vite', pattern })
      continue
    }
    const where = `hosts['${key}']`
    const given: AppHost = typeof value === 'object' ? value : { target: value }
    onlyKnown(given, hostOptionNames, `${where}.`)
    const entry = given.run === undefined ? entryFor(given.name ?? key, procfile) : undefined
    const host = procfile && entry !== undefined ? withEntry(given, entry, procfile) : given
    if (entry !== undefined) listed.add(entry)
    const app = resolveApp(key, pattern, host, options, domain, root)
    found.set(pattern, app)
    if (host.run === undefined) continue
    const runnable = { ...host, run: host.run }
    const target = JSON.stringify(app.target)
    const other = running.get(target)
    if (other) fail(`hosts: ${pattern} and '${other.name}' both run something at one target.`)
    running.set(target, {
      name: distinct(app.name, [...running.values()]),
      target: app.target,
      ready: host.ready,
      ...resolveRunnable(runnable, where, root),
    })
  }
  if (found.size === 0) fail("hosts: expected at least one host, such as { cdn: 'vite' }.")
  const hosts = withApex([...found.values()], domain).map((host) => {
    const process = host.kind === 'app' && running.get(JSON.stringify(host.target))
    return process ? Object.assign({}, host, { name: process.name }) : host
  })
  return { hosts, processes: [...running.values()], listed }
}

function resolveApp(
  key: string,
  pattern: string,
  host: AppHost,
  options: VhostDevOptions,
  domain: string,
  root: string,
): ResolvedApp {
  const where = `hosts['${key}']`
  if (host.ready !== undefined && !host.ready.startsWith('/')) {
    fail(`${where}.ready: expected a path such as '/health', got '${host.ready}'.`)
  }
  const cookieDomains = new Map<string, string>()
  for (const [from, to] of Object.entries(host.cookieDomains ?? {})) {
    // A cookie of a wider domain would go to hosts that are not ours.
    if (to !== domain && !to.endsWith(`.${domain}`)) {
      fail(`${where}.cookieDomains: '${to}' is neither ${domain} nor below it.`)
    }
    cookieDomains.set(from.toLowerCase().replace(/^\./, ''), to)
  }
  const seconds = numberOrNone(host.timeout, `${where}.timeout`, 0) ?? defaultTimeoutSeconds
  return {
    kind: 'app',
    pattern,
    name: host.name ?? (isName(key) ? key : nameOf(host.run)),
    target: parseTarget(host.target, `${where}.target`, root),
    inject: host.inject ?? options.inject ?? true,
    timeoutMs: seconds * 1000,
    cookieDomains,
  }
}

/** The Procfile's entry for a host: that of its name; `web` for the host that takes all the rest. */
function entryFor(name: string, procfile: Procfile | undefined): string | undefined {
  return [name, ...(name === '*' ? ['web'] : [])].find((one) => procfile?.commands.has(one))
}

function withEntry(host: AppHost, entry: string, procfile: Procfile): AppHost {
  const run = procfile.commands.get(entry) ?? ''
  return { name: entry, ...host, run, env: { ...procfile.env, ...host.env } }
}

/** Is the key a name of its own, one that says what answers? */
function isName(key: string): boolean {
  return key !== '' && key !== '@' && key !== '*' && isExact(key)
}

/** What a command says it is, where the host is no name. */
function nameOf(run: AppHost['run']): string {
  const text = typeof run === 'string' ? run : (run ?? []).join(' ')
  return text.includes('manage.py') ? 'django' : 'app'
}

function distinct(name: string, others: readonly ResolvedProcess[]): string {
  const taken = new Set(others.map((other) => other.name))
  if (!taken.has(name)) return name
  for (let i = 2; ; i += 1) if (!taken.has(`${name}${i}`)) return `${name}${i}`
}

/** `*` of the domain itself means the domain too, as a site's own front door has the name that all others end in. */
function withApex(hosts: readonly ResolvedHost[], domain: string): ResolvedHost[] {
  const any = hosts.find(({ pattern }) => pattern === `*.${domain}`)
  if (any === undefined || hosts.some(({ pattern }) => pattern === domain)) return [...hosts]
  return [...hosts, { ...any, pattern: domain }]
}
