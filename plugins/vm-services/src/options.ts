import { VmServicesError } from './error.ts'
import type { Endpoint, ServiceName } from './services/types.ts'

/** Options of {@link vmServices}: one key for each service, and where things are. The README tells the consequences of each. */
export interface VmServicesOptions {
  /** MySQL or MariaDB. @default false */
  mysql?: ServiceOption
  /** PostgreSQL. @default false */
  postgresql?: ServiceOption
  /** Redis or Valkey. @default false */
  redis?: ServiceOption
  /** RabbitMQ. @default false */
  rabbitmq?: ServiceOption
  /** memcached. @default false */
  memcached?: ServiceOption
  /** MongoDB. @default false */
  mongodb?: ServiceOption
  /** The JSON file with the application's settings, relative to the Vite root. @default 'settings.json' */
  settings?: string
  /** The folder of data and logs, relative to the Vite root. Kept out of git by a `.gitignore` in it. @default '.kovu/services' */
  dir?: string
}

/** `true`: the usual port and names. A string: where in the settings it is, with dots. An object: both, and more. */
export type ServiceOption = boolean | string | ServiceOptions

/** How one service is found and run. */
export interface ServiceOptions extends Partial<Endpoint> {
  /** Where in the settings its host, port, user, password and database are, with dots: `'databases.default'`. */
  readonly settings?: string
  /** The version that production has, as far as it matters: `'10.11'`. The settings may say it too. */
  readonly version?: string
  /** `'native'` or `'container'` leaves the other way out. */
  readonly via?: 'native' | 'container'
  /** A shell command of the project's own that runs after accounts and databases have been made, each time. */
  readonly provision?: string
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly services: ReadonlyMap<ServiceName, ServiceOptions>
  readonly settings: string
  readonly dir: string
}

const NAMES: readonly ServiceName[] = [
  'mysql',
  'postgresql',
  'redis',
  'rabbitmq',
  'memcached',
  'mongodb',
]
const KEYS = [
  'settings',
  'host',
  'port',
  'user',
  'password',
  'database',
  'version',
  'via',
  'provision',
]

/**
 * Checks options and fills in defaults.
 *
 * @throws {@link VmServicesError} for an unknown option or a value of the wrong kind.
 */
export function resolveOptions(options: VmServicesOptions): ResolvedOptions {
  const services = new Map<ServiceName, ServiceOptions>()
  for (const [key, value] of Object.entries(options)) {
    if (key === 'settings' || key === 'dir') {
      if (typeof value !== 'string' || value === '') throw refuse(`\`${key}\` must be a path`)
      continue
    }
    const name = NAMES.find((each) => each === key)
    if (!name)
      throw refuse(`\`${key}\` is no option; it knows ${[...NAMES, 'settings', 'dir'].join(', ')}`)
    const service = serviceOptions(name, value as ServiceOption | undefined)
    if (service) services.set(name, service)
  }
  return {
    services,
    settings: options.settings ?? 'settings.json',
    dir: options.dir ?? '.kovu/services',
  }
}

function serviceOptions(
  name: ServiceName,
  value: ServiceOption | undefined,
): ServiceOptions | undefined {
  if (value === undefined || value === false) return undefined
  if (value === true) return {}
  if (typeof value === 'string') return { settings: value }
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    throw refuse(`\`${name}.${unknown}\` is no option; it knows ${KEYS.join(', ')}`)
  if (value.via !== undefined && value.via !== 'native' && value.via !== 'container') {
    throw refuse(`\`${name}.via\` is ${JSON.stringify(value.via)}, expected "native" | "container"`)
  }
  return value
}

function refuse(message: string): VmServicesError {
  return new VmServicesError('VM_SERVICES_OPTION', `vm-services: ${message}.`)
}
