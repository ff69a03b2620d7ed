import { exchange, firstLine } from './exchange.ts'
import type { Answer, Endpoint, Service } from './types.ts'

export const redis: Service = {
  name: 'redis',
  title: 'Redis',
  port: 6379,
  defaults: () => ({}),
  probe: async (endpoint) => exchange(endpoint, Buffer.from('PING\r\n'), judge),
  native: {
    programs: { server: ['redis-server', 'valkey-server'], client: ['redis-cli', 'valkey-cli'] },
    version: ['--version'],
    debian: 'redis-server',
    stopSignal: 'SIGTERM',
    files: (endpoint, place) => ({ 'redis.conf': configuration(endpoint, place.data) }),
    start: ({ server = '' }, _, { dir }) => ({ command: server, args: [`${dir}/redis.conf`] }),
    client: ({ client = '' }, { host, port, user, password }) => ({
      command: client,
      args: [
        '-h',
        host,
        '-p',
        String(port),
        ...(user === undefined || password === undefined ? [] : ['--user', user]),
      ],
      env: password === undefined ? {} : { REDISCLI_AUTH: password },
    }),
    loginArgs: ['-e', 'PING'],
  },
  container: {
    image: 'redis',
    tag: '7',
    port: 6379,
    volume: '/data',
    environment: ({ password = '' }) => ({ KOVU_REDIS_PASSWORD: password }),
    command: ({ password = '' }) => [
      'sh',
      '-c',
      `exec redis-server --appendonly yes${password === '' ? '' : ' --requirepass "$KOVU_REDIS_PASSWORD"'}`,
    ],
    client: ({ password = '' }) => ({
      command: 'redis-cli',
      args: [],
      env: password === '' ? {} : { REDISCLI_AUTH: password },
    }),
    healthy: ['sh', '-c', 'REDISCLI_AUTH="$KOVU_REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
  },
}

/** Every write is in a file before it is answered: a crash of Redis loses nothing. */
function configuration({ host, port, user, password }: Endpoint, data: string): string {
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `dir ${quoted(data)}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
  ]
  if (password !== undefined) lines.push(`requirepass ${quoted(password)}`)
  if (password !== undefined && user !== undefined && user !== 'default') {
    lines.push(`user ${quoted(user)} on ${quoted(`>${password}`)} ~* &* +@all`)
  }
  return `${lines.join('\n')}\n`
}

function quoted(text: string): string {
  const escaped = [...Buffer.from(text)].map((byte) =>
    byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return `"${escaped.join('')}"`
}

function judge(bytes: Buffer): Answer | undefined {
  const line = firstLine(bytes)
  if (line === undefined)
    return /^[+-]/.test(bytes.toString('latin1')) ? undefined : { state: 'other' }
  if (line === '+PONG' || line.startsWith('-NOAUTH')) return { state: 'ready' }
  return { state: /^-(?:LOADING|MASTERDOWN|BUSY)/.test(line) ? 'starting' : 'other' }
}
