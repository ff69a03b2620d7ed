import { createServer as createHttp } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { services } from '../src/services/index.ts'
import type { Answer, ServiceName } from '../src/services/types.ts'
import { freePort, listen, portOf } from './support/project.ts'

const names = Object.keys(services) as ServiceName[]

/** Asks a server that says these bytes, at once or after it was asked. */
async function ask(
  name: ServiceName,
  bytes: string | Uint8Array,
  how: 'greets' | 'answers' = 'answers',
): Promise<Answer> {
  const server = await listen((socket: Socket) => {
    socket.on('error', () => {})
    if (how === 'greets') socket.write(bytes)
    else socket.once('data', () => socket.write(bytes))
  })
  onTestFinished(() => void server.close())
  return services[name].probe({ host: '127.0.0.1', port: portOf(server) })
}

const text = (latin1: string): Buffer => Buffer.from(latin1, 'latin1')

test.each(names)('%s: nobody is closed', async (name) => {
  const port = await freePort()
  expect(await services[name].probe({ host: '127.0.0.1', port })).toEqual({ state: 'closed' })
})

test.each(names)('%s: a web server is another protocol', async (name) => {
  const server = createHttp((_, response) => response.end('hello'))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  expect(await services[name].probe({ host: '127.0.0.1', port: portOf(server) })).toEqual({
    state: 'other',
  })
})

test('whoever is silent, or says nonsense, is another protocol', async () => {
  const lines = [
    '',
    text('\xff\xfe\xfd\xfc\xfb\xfa nonsense'.repeat(10)),
    Buffer.alloc(100_000, 66),
  ]
  const asked = names.flatMap((name) => lines.map(async (line) => ask(name, line, 'greets')))
  expect(new Set((await Promise.all(asked)).map(({ state }) => state))).toEqual(new Set(['other']))
})

describe('what each says', () => {
  test.each<[ServiceName, string, string, Answer]>([
    ['mysql', 'a greeting', 'J\0\0\0\n8.0.36\0rest', { state: 'ready', version: '8.0.36' }],
    [
      'mysql',
      'MariaDB’s',
      'J\0\0\0\n5.5.5-10.11.6-MariaDB\0',
      { state: 'ready', version: '10.11.6' },
    ],
    ['mysql', 'too many connections', '\x17\0\0\0\xff\x10\x04Too many', { state: 'starting' }],
    ['mysql', 'that no account is for this host', '\x17\0\0\0\xff\x6a\x04Host', { state: 'ready' }],
    ['postgresql', 'a request for a password', 'R\0\0\0\x08\0\0\0\x03', { state: 'ready' }],
    ['postgresql', 'a refusal', 'E\0\0\0\x13SFATAL\0C28000\0\0\0\0', { state: 'ready' }],
    ['postgresql', 'that it starts', 'E\0\0\0\x13SFATAL\0C57P03\0\0\0\0', { state: 'starting' }],
    ['redis', 'PONG', '+PONG\r\n', { state: 'ready' }],
    [
      'redis',
      'that it wants a password',
      '-NOAUTH Authentication required.\r\n',
      { state: 'ready' },
    ],
    ['redis', 'that it loads', '-LOADING Redis is loading\r\n', { state: 'starting' }],
    ['memcached', 'its version', 'VERSION 1.6.18\r\n', { state: 'ready', version: '1.6.18' }],
    ['rabbitmq', 'another version of AMQP', 'AMQP\0\0\x09\x01', { state: 'ready' }],
    [
      'rabbitmq',
      'its properties',
      '\x01\0\0\0\0\0\x20\0\x0a\0\x0a\0\x09\0\0\0\x13\x07versionS\0\0\0\x073.10.25\0\0\0\xce',
      { state: 'ready', version: '3.10.25' },
    ],
    [
      'mongodb',
      'hello',
      '\x1a\0\0\0\x02\0\0\0\x01\0\0\0\xdd\x07\0\0\0\0\0\0\0\x05\0\0\0\0',
      { state: 'ready' },
    ],
  ])('%s: %s', async (name, _, bytes, answer) => {
    expect(await ask(name, text(bytes), name === 'mysql' ? 'greets' : 'answers')).toEqual(answer)
  })

  test('the answer may come in pieces', async () => {
    const server = await listen((socket: Socket) => {
      socket.once('data', () => {
        socket.write('VERS')
        setTimeout(() => socket.write('ION 1.6.18\r\n'), 20)
      })
    })
    onTestFinished(() => void server.close())
    const answer = await services.memcached.probe({ host: '127.0.0.1', port: portOf(server) })
    expect(answer).toEqual({ state: 'ready', version: '1.6.18' })
  })
})
