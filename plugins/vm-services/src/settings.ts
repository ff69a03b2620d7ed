import { readFileSync } from 'node:fs'
import path from 'node:path'
import { VmServicesError } from './error.ts'
import type { ResolvedOptions, ServiceOptions } from './options.ts'
import { services } from './services/index.ts'
import type { Endpoint, Service } from './services/types.ts'

/** A service that the application's settings of this mode need. */
export interface Wanted {
  readonly service: Service
  readonly endpoint: Endpoint
  readonly version: string | undefined
  readonly via: 'native' | 'container' | undefined
  readonly provision: string | undefined
  /** Where its port is written, for messages. */
  readonly source: string
}

/** Names under which applications write the same thing; Django's among them. */
const ALIASES = {
  host: ['host', 'hostname', 'HOST'],
  port: ['port', 'PORT'],
  user: ['user', 'username', 'USER'],
  password: ['password', 'PASSWORD'],
  database: ['database', 'name', 'db', 'vhost', 'NAME'],
  version: ['version'],
} as const

/**
 * Which services the settings of this mode need, and where. One whose place in the settings is missing, null or false is not needed.
 *
 * @throws {@link VmServicesError} when the settings cannot be read or a port is none.
 */
export function wanted(root: string, options: ResolvedOptions): Wanted[] {
  const file = path.resolve(root, options.settings)
  const needsSettings = [...options.services.values()].some(
    ({ settings }) => settings !== undefined,
  )
  const settings = needsSettings ? readSettings(root, file) : undefined
  return [...options.services].flatMap(([name, given]) => {
    const service = services[name]
    const found = given.settings === undefined ? {} : at(settings, given.settings)
    if (found === undefined || found === null || found === false) return []
    const source =
      given.settings === undefined
        ? `\`${name}.port\``
        : `\`${given.settings}\` in ${options.settings}`
    const endpoint = merge(service, path.basename(root), given, found, source)
    const text = (value: unknown): string | undefined =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
    return [
      {
        service,
        endpoint,
        version: given.version ?? text(pick(found, ALIASES.version)),
        via: given.via,
        provision: given.provision,
        source,
      },
    ]
  })
}

function readSettings(root: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // A parser's message shows parts of the text.
    const why = error instanceof SyntaxError ? 'is no JSON' : 'cannot be read'
    throw new VmServicesError(
      'VM_SERVICES_SETTINGS',
      `vm-services: ${path.relative(root, file)} ${why}. It is what tells which services to start: make it (\`kovu settings\`), or set \`settings\`.`,
    )
  }
}

function merge(
  service: Service,
  folder: string,
  given: ServiceOptions,
  found: unknown,
  source: string,
): Endpoint {
  const project = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 32)
  const defaults = given.settings === undefined ? service.defaults(project || 'app') : {}
  const value = (key: 'host' | 'user' | 'password' | 'database'): string | undefined => {
    const said = given[key] ?? pick(found, ALIASES[key]) ?? defaults[key]
    return typeof said === 'string' || typeof said === 'number'
      ? String(said) || undefined
      : undefined
  }
  const port = Number(given.port ?? pick(found, ALIASES.port) ?? service.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new VmServicesError(
      'VM_SERVICES_SETTINGS',
      `vm-services: the port of ${service.title} is none (${source}); it must be a number from 1 to 65535.`,
    )
  }
  return {
    host: value('host') ?? '127.0.0.1',
    port,
    user: value('user'),
    password: value('password'),
    database: value('database'),
  }
}

function at(settings: unknown, dotted: string): unknown {
  let value: unknown = settings
  for (const key of dotted.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function pick(found: unknown, names: readonly string[]): unknown {
  if (typeof found !== 'object' || found === null) return undefined
  const name = names.find((each) => each in found)
  const value = name === undefined ? undefined : (found as Record<string, unknown>)[name]
  return value === '' || value === null ? undefined : value
}

/** Is it this machine? Services elsewhere are somebody else's. */
export function isLocal({ host }: Pick<Endpoint, 'host'>): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
