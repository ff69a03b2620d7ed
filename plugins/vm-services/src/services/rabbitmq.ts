import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { AMQP_HEADER, connection, logIn, readMethod } from './amqp.ts'
import { exchange } from './exchange.ts'
import type { Answer, Endpoint, Place, Service } from './types.ts'

export const rabbitmq: Service = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  port: 5672,
  defaults: () => ({ user: 'guest', password: 'guest', database: '/' }),
  probe: async (endpoint) => exchange(endpoint, AMQP_HEADER, judge),
  logIn,
  native: {
    programs: {
      // Not /usr/sbin's, which leaves for the account rabbitmq and its folders.
      server: ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'],
      epmd: ['epmd', '/usr/lib/erlang/bin/epmd'],
    },
    // The server has no option for it, and its tools start Erlang's port mapper.
    version: ({ server = '' }) => releaseOf(server),
    debian: 'rabbitmq-server',
    stopSignal: 'SIGTERM',
    files: (endpoint, { dir }) => ({
      'rabbitmq.conf': `listeners.tcp.local = ${endpoint.host}:${endpoint.port}
load_definitions = ${path.join(dir, 'definitions.json')}
log.console = true
log.console.level = warning
log.file = false
`,
      'definitions.json': definitions(endpoint),
      plugins: '[].\n',
    }),
    // Erlang's port mapper would stay behind, listening everywhere: give it one of its own, in the same process group.
    start: ({ server = '', epmd = '' }, _, place) => ({
      command: '/bin/sh',
      args: ['-c', '"$0" -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$1"', epmd, server],
      env: environment(place),
    }),
  },
  container: {
    image: 'rabbitmq',
    tag: '3.13',
    port: 5672,
    volume: '/var/lib/rabbitmq',
    environment: ({ user = 'guest', password = 'guest', database = '/' }: Endpoint) => ({
      RABBITMQ_DEFAULT_USER: user,
      RABBITMQ_DEFAULT_PASS: password,
      RABBITMQ_DEFAULT_VHOST: database,
    }),
    healthy: ['rabbitmq-diagnostics', '-q', 'check_port_connectivity'],
  },
}

/** The version in the name of the folder that the program lies in, whatever links lead there. */
function releaseOf(server: string): string | undefined {
  try {
    return /rabbitmq(?:_server-|\/)(\d[\d.]*)/.exec(realpathSync(server))?.[1]
  } catch {
    return undefined
  }
}

/** Users, virtual hosts and rights, which RabbitMQ takes over each time it starts. */
function definitions({ user = 'guest', password = 'guest', database = '/' }: Endpoint): string {
  // The salt must not change from start to start, or each would look like another password.
  const salt = createHash('sha256').update(`${user}\0${password}`).digest().subarray(0, 4)
  const hash = createHash('sha256').update(salt).update(password).digest()
  return `${JSON.stringify({
    vhosts: [{ name: database }],
    users: [
      {
        name: user,
        password_hash: Buffer.concat([salt, hash]).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: ['administrator'],
      },
    ],
    permissions: [{ user, vhost: database, configure: '.*', write: '.*', read: '.*' }],
  })}\n`
}

function environment({ dir, data, run, ports }: Place): Record<string, string> {
  return {
    HOME: run,
    RABBITMQ_NODENAME: `${path.basename(run)}@localhost`,
    RABBITMQ_CONFIG_FILE: path.join(dir, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(dir, 'plugins'),
    RABBITMQ_MNESIA_BASE: data,
    RABBITMQ_LOG_BASE: dir,
    RABBITMQ_DIST_PORT: String(ports[0]),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports[1]),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  }
}

/** `connection.start` with the server's properties; or the header, when it wants another version. */
function judge(bytes: Buffer): Answer | undefined {
  if (bytes.toString('latin1', 0, 4) === 'AMQP') return { state: 'ready' }
  const method = readMethod(bytes)
  if (method === undefined) return undefined
  if (method === 'other' || method.id !== connection.start) return { state: 'other' }
  const version = /versionS[^]{4}([\d.]+)/.exec(method.args.toString('latin1'))?.[1]
  return { state: 'ready', version }
}
