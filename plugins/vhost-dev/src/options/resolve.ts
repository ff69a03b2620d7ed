import type { CdnOptions } from '../cdn/options.ts'
import type { CertificateOptions } from '../certificates/load.ts'
import { hostPattern, isExact } from '../names/hosts.ts'
import { resolveCdn } from './cdn.ts'
import { fail, onlyKnown } from './check.ts'
import { resolveHosts } from './hosts.ts'
import type { ResolvedHost } from './hosts.ts'
import { portlessProcesses, procfileOf } from './processes.ts'
import type { ResolvedProcess } from './processes.ts'
import type { VhostDevOptions } from '../options.ts'

/** The options, checked, with their defaults. */
export interface ResolvedOptions {
  readonly domain: string
  readonly port: number | undefined
  readonly hosts: readonly ResolvedHost[]
  /** In the order they start. */
  readonly processes: readonly ResolvedProcess[]
  /** Absolute path of the Procfile. */
  readonly procfile: string | undefined
  /** Undefined when Vite's host is as it is. */
  readonly cdn: CdnOptions | undefined
  readonly certificates: CertificateOptions
  readonly log: boolean
}

const optionNames = new Set([
  'domain',
  'port',
  'hosts',
  'processes',
  'procfile',
  'cdn',
  'certificates',
  'inject',
  'log',
])
const certificateNames = new Set(['dir', 'key', 'cert'])

/**
 * Checks the options.
 *
 * @param root Vite's root: relative paths start there.
 * @throws VhostError `VHOST_DEV_OPTIONS` that names the option.
 */
export function resolveOptions(options: VhostDevOptions, root: string): ResolvedOptions {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- a config in JavaScript may give nothing
  const given: Partial<VhostDevOptions> = options ?? {}
  onlyKnown(given, optionNames, '')
  const domain = resolveDomain(given.domain)
  const { port, certificates = {}, log = false } = given
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) {
    fail(`port: expected a number from 0 to 65535, got '${port}'.`)
  }
  onlyKnown(certificates, certificateNames, 'certificates.')
  if ('key' in certificates !== 'cert' in certificates) {
    fail("certificates: 'key' and 'cert' belong together; name both files.")
  }
  const procfile = procfileOf(options, root)
  const { hosts, processes, listed } = resolveHosts(options, domain, procfile, root)
  const apps = hosts.flatMap((host) => (host.kind === 'app' ? [host.name] : []))
  const taken = new Set([...listed, ...apps])
  const portless = portlessProcesses(options, procfile, taken, root)
  return {
    domain,
    port,
    hosts,
    processes: [...processes, ...portless],
    procfile: procfile?.path,
    cdn: resolveCdn(given.cdn),
    certificates,
    log,
  }
}

function resolveDomain(given: unknown): string {
  const text = typeof given === 'string' ? given.toLowerCase() : ''
  const domain = text === '' ? undefined : hostPattern(text, '@')
  const isName = domain !== undefined && isExact(domain) && hostPattern('x', domain) !== undefined
  if (isName && domain.includes('.')) return domain
  const hint = isName
    ? ` Browsers share no cookies below a single label; take '${domain}.localhost'.`
    : ''
  return fail(
    given === undefined
      ? "domain is missing: the name all hosts are below, such as 'example.localhost'."
      : `domain: expected a name with a dot such as 'example.localhost', got ${JSON.stringify(given)}.${hint}`,
  )
}
