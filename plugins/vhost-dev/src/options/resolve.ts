import { resolve } from 'node:path'
import type { CertificateOptions } from '../certificates/load.ts'
import { VhostError } from '../error.ts'
import { hostPattern } from '../names/hosts.ts'
import { parseTarget } from '../proxy/target.ts'
import type { Target } from '../proxy/target.ts'

/** An application behind a host. */
export interface AppHost {
  /** Where it listens: a port, `http://localhost:PORT` or `unix:/path/to.sock`. */
  readonly target: number | string
  /** What starts it: a shell command line, or a program with its arguments. Without it, somebody else starts it. */
  readonly run?: string | readonly string[]
  /** A path that answers with a status below 400 once the application is ready. Default: a TCP connection will do. */
  readonly ready?: string
  /** Its working folder, relative to Vite's root. Default: the root. */
  readonly cwd?: string
  /** Environment variables, over everything else. */
  readonly env?: Readonly<Record<string, string>>
  /** Does Vite's client go into this host's pages? Default: the plugin's `inject`. */
  readonly inject?: boolean
  /** What its lines in the terminal begin with. Default: the host, or what the command says it is. */
  readonly name?: string
}

/** Options of `vhostDev`. */
export interface VhostDevOptions {
  /** The domain all hosts are below, such as `example.localhost`. */
  readonly domain: string
  /** The HTTPS port; 0 for any free one. Default: the port in Django's STATIC_URL, else 8443. */
  readonly port?: number
  /**
   * Which host is answered by what: `'vite'`, a port or URL of an application, or an {@link AppHost}. Keys are names
   * below the domain; `''` and `'@'` are the domain itself, `'*'` is any one label, and the domain itself
   * when nothing else is.
   */
  readonly hosts: Readonly<Record<string, number | string | AppHost>>
  /** Where the certificate comes from. Default: an authority of the project's own in the user's data folder. */
  readonly certificates?: CertificateOptions
  /** Does Vite's client go into the applications' pages? Default: true. */
  readonly inject?: boolean
  /** One line for every request to an application? Default: false. */
  readonly log?: boolean
}

/** An application host, checked. */
interface ResolvedApp {
  readonly kind: 'app'
  readonly pattern: string
  readonly name: string
  readonly target: Target
  readonly run: string | readonly string[] | undefined
  readonly ready: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly inject: boolean
}

/** A host, checked. */
export type ResolvedHost = { readonly kind: 'vite'; readonly pattern: string } | ResolvedApp

/** The options, checked, with their defaults. */
export interface ResolvedOptions {
  readonly domain: string
  readonly port: number | undefined
  readonly hosts: readonly ResolvedHost[]
  readonly certificates: CertificateOptions
  readonly log: boolean
}

const optionNames = new Set(['domain', 'port', 'hosts', 'certificates', 'inject', 'log'])
const hostOptionNames = new Set(['target', 'run', 'ready', 'cwd', 'env', 'inject', 'name'])

/**
 * Checks the options.
 *
 * @throws VhostError `VHOST_DEV_OPTIONS` that names the option.
 */
export function resolveOptions(options: VhostDevOptions, root: string): ResolvedOptions {
  onlyKnown(options, optionNames, '')
  const domain = hostPattern((options.domain ?? '').toLowerCase(), '@')
  if (
    !domain ||
    !domain.includes('.') ||
    hostPattern('x', domain) === undefined ||
    domain.includes('*')
  ) {
    fail(`domain: expected a name with a dot such as 'example.localhost', got '${options.domain}'.`)
  }
  const { port, inject = true, certificates = {}, log = false } = options
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
    fail(`port: expected a number from 0 to 65535, got '${port}'.`)
  }
  const hosts = new Map<string, ResolvedHost>()
  for (const [key, value] of Object.entries(options.hosts ?? {})) {
    const pattern = hostPattern(domain, key)
    if (!pattern) fail(`hosts: '${key}' is no host name; a '*' may only be the whole first label.`)
    if (hosts.has(pattern)) fail(`hosts: '${key}' stands for ${pattern}, which is there already.`)
    hosts.set(pattern, resolveHost(key, pattern, value, inject, root))
  }
  if (hosts.size === 0) fail("hosts: expected at least one host, such as { cdn: 'vite' }.")
  const named = withDistinctNames([...hosts.values()])
  return { domain, port, hosts: withApex(named, domain), certificates, log }
}

function resolveHost(
  key: string,
  pattern: string,
  value: VhostDevOptions['hosts'][string],
  inject: boolean,
  root: string,
): ResolvedHost {
  if (value === 'vite') return { kind: 'vite', pattern }
  const where = `hosts['${key}']`
  const host: AppHost = typeof value === 'object' ? value : { target: value }
  onlyKnown(host, hostOptionNames, `${where}.`)
  if (host.ready !== undefined && !host.ready.startsWith('/')) {
    fail(`${where}.ready: expected a path such as '/health', got '${host.ready}'.`)
  }
  return {
    kind: 'app',
    pattern,
    name: host.name ?? (/^[@*]?$/.test(key) ? nameOf(host.run) : key),
    target: parseTarget(host.target, `${where}.target`),
    run: host.run,
    ready: host.ready,
    cwd: resolve(root, host.cwd ?? '.'),
    env: host.env ?? {},
    inject: host.inject ?? inject,
  }
}

/** What a command says it is, where the host is no name. */
function nameOf(run: AppHost['run']): string {
  const text = typeof run === 'string' ? run : (run ?? []).join(' ')
  return text.includes('manage.py') ? 'django' : 'app'
}

/** `*` of the domain itself means the domain too, as a site's own front door has the name that all others end in. */
function withApex(hosts: readonly ResolvedHost[], domain: string): ResolvedHost[] {
  const any = hosts.find(({ pattern }) => pattern === `*.${domain}`)
  if (any === undefined || hosts.some(({ pattern }) => pattern === domain)) return [...hosts]
  return [...hosts, { ...any, pattern: domain, ...(any.kind === 'app' && { run: undefined }) }]
}

/** One name for each process; hosts that share its target share its name. */
function withDistinctNames(hosts: readonly ResolvedHost[]): ResolvedHost[] {
  const taken = new Map<string, number>()
  const runners = new Map<string, string>()
  const named = hosts.map((host) => {
    if (host.kind === 'vite' || host.run === undefined) return host
    const count = (taken.get(host.name) ?? 0) + 1
    taken.set(host.name, count)
    const name = count === 1 ? host.name : `${host.name}${count}`
    const target = JSON.stringify(host.target)
    if (runners.has(target)) {
      fail(`hosts: ${host.pattern} and '${runners.get(target)}' both run something at one target.`)
    }
    runners.set(target, name)
    return { ...host, name }
  })
  return named.map((host) => {
    if (host.kind === 'vite' || host.run !== undefined) return host
    const name = runners.get(JSON.stringify(host.target)) ?? host.name
    return Object.assign({}, host, { name })
  })
}

function onlyKnown(object: object, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(object).find((name) => !known.has(name))
  if (unknown === undefined) return
  fail(`${where}${unknown} is no option; there are ${[...known].join(', ')}.`)
}

function fail(message: string): never {
  throw new VhostError('VHOST_DEV_OPTIONS', message)
}
