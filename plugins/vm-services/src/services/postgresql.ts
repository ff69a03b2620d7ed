import { exchange } from './exchange.ts'
import type { Answer, Endpoint, Service } from './types.ts'

export const postgresql: Service = {
  name: 'postgresql',
  title: 'PostgreSQL',
  port: 5432,
  defaults: (project) => ({ user: project, password: project, database: project }),
  probe: async (endpoint) => exchange(endpoint, startup(), judge),
  provision({ user = '', password = '', database = '' }) {
    const lines: string[] = []
    if (user !== '') {
      lines.push(
        `SELECT format('CREATE ROLE %I', ${text(user)}) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${text(user)}) \\gexec`,
        // CREATEDB is for the database of Django's tests.
        `SELECT format('ALTER ROLE %I LOGIN CREATEDB PASSWORD %L', ${text(user)}, ${text(password)}) \\gexec`,
      )
    }
    if (database !== '') {
      lines.push(
        `SELECT format('CREATE DATABASE %I', ${text(database)}) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${text(database)}) \\gexec`,
      )
      if (user !== '') {
        lines.push(
          `SELECT format('ALTER DATABASE %I OWNER TO %I', ${text(database)}, ${text(user)}) \\gexec`,
        )
      }
    }
    return lines.map((line) => `${line}\n`).join('')
  },
  native: {
    programs: {
      // Debian keeps them off PATH, one folder for each version.
      server: ['/usr/lib/postgresql/*/bin/postgres', 'postgres'],
      init: ['/usr/lib/postgresql/*/bin/initdb', 'initdb'],
      client: ['/usr/lib/postgresql/*/bin/psql', 'psql'],
    },
    version: ['--version'],
    debian: 'postgresql',
    account: 'postgres',
    // Does not wait for clients to go.
    stopSignal: 'SIGINT',
    // Of a server that was killed, some processes live a moment longer.
    passes: /pre-existing shared memory block/,
    init: ({ init = '' }, _, data) => ({
      command: init,
      args: [
        `--pgdata=${data}`,
        '--username=postgres',
        // Over the socket, in a folder that nobody else can enter.
        '--auth-local=trust',
        '--auth-host=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-instructions',
      ],
    }),
    start: ({ server = '' }, { host, port }, { data, run }) => ({
      command: server,
      args: ['-D', data, '-p', String(port), '-h', host, '-k', run],
    }),
    administrator: ({ client = '' }, { port }, { run }) => ({
      command: client,
      args: [
        '--no-psqlrc',
        '--quiet',
        '--host',
        run,
        '--port',
        String(port),
        '--username=postgres',
        '--dbname=postgres',
      ],
      env: { PGOPTIONS: '--client-min-messages=warning' },
    }),
    client: ({ client = '' }, { host, port, user, password = '', database = 'postgres' }) => ({
      command: client,
      args: [
        `--host=${host}`,
        `--port=${port}`,
        ...(user === undefined ? [] : [`--username=${user}`]),
        `--dbname=${database}`,
      ],
      env: { PGPASSWORD: password },
    }),
    loginArgs: ['--no-psqlrc', '--no-password', '--command=SELECT 1'],
  },
  container: {
    image: 'postgres',
    tag: '17',
    port: 5432,
    volume: '/var/lib/postgresql/data',
    environment: ({ password = '' }: Endpoint) => ({
      POSTGRES_PASSWORD: password === '' ? 'postgres' : password,
    }),
    healthy: ['pg_isready', '--username=postgres'],
    administrator: [
      'psql',
      '--no-psqlrc',
      '--quiet',
      '--username=postgres',
      '-v',
      'ON_ERROR_STOP=1',
    ],
    client: ({ user = 'postgres', password = '', database = 'postgres' }: Endpoint) => ({
      command: 'psql',
      args: ['--host=127.0.0.1', `--username=${user}`, `--dbname=${database}`],
      env: { PGPASSWORD: password },
    }),
  },
}

/** A login that asks for nothing but an answer. */
function startup(): Buffer {
  const text = Buffer.from('\0\x03\0\0user\0kovu\0database\0postgres\0\0', 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length + 4)
  return Buffer.concat([length, text])
}

/** A request to authenticate, or an error with an SQLSTATE: class 57 means that it starts or ends. */
function judge(bytes: Buffer): Answer | undefined {
  const kind = bytes.toString('latin1', 0, 1)
  if (kind !== 'R' && kind !== 'E') return { state: 'other' }
  if (bytes.length < 5) return undefined
  const length = bytes.readUInt32BE(1)
  if (length < 8 || length > 4000) return { state: 'other' }
  if (bytes.length < length + 1) return undefined
  if (kind === 'R') return { state: 'ready' }
  const code = /(?:^|\0)C([0-9A-Z]{5})\0/.exec(bytes.toString('latin1', 5))?.[1]
  if (code === undefined) return { state: 'other' }
  return code.startsWith('57') ? { state: 'starting' } : { state: 'ready' }
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
