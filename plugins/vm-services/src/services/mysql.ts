import path from 'node:path'
import { exchange } from './exchange.ts'
import type { Answer, Endpoint, Service } from './types.ts'

/** `ER_HOST_NOT_PRIVILEGED`. */
const HOST_NOT_ALLOWED = 1130

/** MySQL, as MariaDB or Oracle's. */
export const mysql: Service = {
  name: 'mysql',
  title: 'MySQL',
  port: 3306,
  defaults: (project) => ({ user: project, password: project, database: project }),
  probe: async (endpoint) => exchange(endpoint, undefined, judge),
  provision({ user = '', password = '', database = '' }) {
    const account = text(user)
    const test = `\`${`test_${database}`.replaceAll('`', '``').replaceAll(/[_%\\]/g, '\\$&')}%\``
    const lines =
      database === ''
        ? []
        : [`CREATE DATABASE IF NOT EXISTS ${name(database)} CHARACTER SET utf8mb4`]
    for (const from of user === '' || user === 'root' ? [] : [`'%'`, `'localhost'`]) {
      const who = `${account}@${from}`
      lines.push(
        `CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY ${text(password)}`,
        `ALTER USER ${who} IDENTIFIED BY ${text(password)}`,
      )
      if (database === '') continue
      // Django makes test_<name> for its tests, one for each process.
      lines.push(`GRANT ALL ON ${name(database)}.* TO ${who}`, `GRANT ALL ON ${test}.* TO ${who}`)
    }
    return lines.map((line) => `${line};\n`).join('')
  },
  native: {
    programs: {
      server: [
        'mariadbd',
        'mysqld',
        '/usr/sbin/mariadbd',
        '/usr/sbin/mysqld',
        '/usr/libexec/mysqld',
      ],
      client: ['mariadb', 'mysql'],
      init: ['mariadb-install-db', 'mysql_install_db', 'mysqld', '/usr/sbin/mysqld'],
    },
    version: ['--no-defaults', '--version'],
    debian: 'mariadb-server',
    stopSignal: 'SIGTERM',
    init({ init = '' }, { account }, data) {
      const args = ['--no-defaults', `--user=${account}`]
      if (!isMariaDb(init)) {
        return { command: init, args: [...args, `--datadir=${data}`, '--initialize-insecure'] }
      }
      // By its name in the working folder: MariaDB's script takes a space in a path for the end of it.
      args.push(`--datadir=./${path.basename(data)}`)
      // The administrator is who runs the server: he needs no password, and nobody else can be him.
      const socket = [
        '--auth-root-authentication-method=socket',
        `--auth-root-socket-user=${account}`,
      ]
      return { command: init, args: [...args, ...socket, '--skip-test-db'] }
    },
    start: ({ server = '' }, { host, port }, { data, run, account }) => ({
      command: server,
      args: [
        // First, or /etc/mysql has a say.
        '--no-defaults',
        `--datadir=${data}`,
        `--user=${account}`,
        `--socket=${path.join(run, 'mysql.sock')}`,
        `--pid-file=${path.join(run, 'mysql.pid')}`,
        `--port=${port}`,
        `--bind-address=${host}`,
        '--skip-name-resolve',
        '--character-set-server=utf8mb4',
        // Else each probe is a line in the log.
        '--log-warnings=1',
        '--innodb-flush-log-at-trx-commit=1',
      ],
    }),
    administrator: ({ client = '', init = '' }, _, { run, account }) => ({
      command: client,
      args: [
        '--no-defaults',
        '--batch',
        `--socket=${path.join(run, 'mysql.sock')}`,
        `--user=${isMariaDb(init) ? account : 'root'}`,
      ],
    }),
    client: ({ client = '' }, endpoint) => ({
      command: client,
      args: [
        '--no-defaults',
        '--protocol=tcp',
        '--default-character-set=utf8mb4',
        `--host=${endpoint.host}`,
        `--port=${endpoint.port}`,
        ...(endpoint.user === undefined ? [] : [`--user=${endpoint.user}`]),
        ...(endpoint.database === undefined ? [] : [`--database=${endpoint.database}`]),
      ],
      env: { MYSQL_PWD: endpoint.password ?? '' },
    }),
    loginArgs: ['--execute=SELECT 1'],
  },
  container: {
    image: 'mariadb',
    tag: '11.4',
    port: 3306,
    volume: '/var/lib/mysql',
    environment: ({ user = '', password = '', database = '' }: Endpoint) => ({
      MARIADB_ROOT_PASSWORD: password === '' ? 'root' : password,
      MARIADB_DATABASE: database,
      ...(user !== '' && user !== 'root' && { MARIADB_USER: user, MARIADB_PASSWORD: password }),
    }),
    healthy: ['healthcheck.sh', '--connect', '--innodb_initialized'],
    administrator: [
      'sh',
      '-c',
      'MYSQL_PWD="$MARIADB_ROOT_PASSWORD" exec mariadb --batch --user=root',
    ],
    client: ({ user = 'root', password = '', database }: Endpoint) => ({
      command: 'mariadb',
      args: [`--user=${user}`, ...(database === undefined ? [] : [`--database=${database}`])],
      env: { MYSQL_PWD: password },
    }),
  },
}

function isMariaDb(init: string): boolean {
  return /install[-_]db/.test(path.basename(init))
}

/** The greeting: three bytes of length, a counter, the protocol (10), the version, NUL. An error has 255 for the protocol. */
function judge(bytes: Buffer): Answer | undefined {
  if (bytes.length < 5) return undefined
  if (bytes[3] !== 0) return { state: 'other' }
  if (bytes[4] === 255) {
    if (bytes.length < 7) return undefined
    // It answers nobody from here as long as no account says so: it is up all the same.
    return { state: bytes.readUInt16LE(5) === HOST_NOT_ALLOWED ? 'ready' : 'starting' }
  }
  if (bytes[4] !== 10) return { state: 'other' }
  const end = bytes.indexOf(0, 5)
  if (end < 0) return undefined
  const version = bytes.toString('latin1', 5, end).replace(/^5\.5\.5-/, '')
  return { state: 'ready', version: /^[\d.]+/.exec(version)?.[0] }
}

function name(database: string): string {
  return `\`${database.replaceAll('`', '``')}\``
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
