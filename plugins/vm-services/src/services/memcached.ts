import { exchange, firstLine } from './exchange.ts'
import type { Answer, Service } from './types.ts'

export const memcached: Service = {
  name: 'memcached',
  title: 'memcached',
  port: 11_211,
  defaults: () => ({}),
  probe: async (endpoint) => exchange(endpoint, Buffer.from('version\r\n'), judge),
  native: {
    programs: { server: ['memcached'] },
    version: ['--version'],
    debian: 'memcached',
    account: 'memcache',
    stopSignal: 'SIGTERM',
    start: ({ server = '' }, { host, port }) => ({
      command: server,
      // No UDP: it answers whoever asks, with whatever size.
      args: ['-l', host, '-p', String(port), '-U', '0', '-m', '64'],
    }),
  },
  container: {
    image: 'memcached',
    tag: '1.6',
    port: 11_211,
    healthy: ['sh', '-c', 'echo version | nc -w 1 127.0.0.1 11211 | grep -q VERSION'],
  },
}

function judge(bytes: Buffer): Answer | undefined {
  const line = firstLine(bytes)
  const version = line === undefined ? undefined : /^VERSION ([\d.]+)/.exec(line)?.[1]
  if (version !== undefined) return { state: 'ready', version }
  const text = bytes.toString('latin1', 0, 8)
  return line === undefined && 'VERSION '.startsWith(text) ? undefined : { state: 'other' }
}
