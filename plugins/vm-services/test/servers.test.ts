import { connect, type GetMessage } from 'amqplib'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makePlace } from '../src/machine/place.ts'
import { isAlive } from '../src/machine/processes.ts'
import { run } from '../src/machine/processes.ts'
import { findPrograms } from '../src/machine/programs.ts'
import { isRunning, readState, removeOwner, type State } from '../src/machine/state.ts'
import { services } from '../src/services/index.ts'
import type { Endpoint, ServiceName } from '../src/services/types.ts'
import { freePort, installed, project, type Project } from './support/project.ts'
import { onTerminal } from './support/terminal.ts'

/** Runs the service's own client, logged in as the application. */
async function client(name: ServiceName, endpoint: Endpoint, ...args: string[]): Promise<string> {
  const { native } = services[name]
  const programs = native && findPrograms(native)
  if (!native?.client || !programs) throw new Error(`no client of ${name}`)
  const launch = native.client(programs, endpoint)
  const { ok, output } = await run({ ...launch, args: [...launch.args, ...args] })
  if (!ok) throw new Error(output)
  return output
}

function stateOf({ file }: Project, name: ServiceName): State & { pid: number; began: string } {
  const state = readState(file(`.kovu/services/${name}`))
  if (!isRunning(state)) throw new Error(`${name} does not run`)
  return state
}

const account = { user: 'drund', password: `it's "a" \\ $1 password`, database: 'drund' }

describe.skipIf(!installed('mysql'))('MySQL', () => {
  const query = async (endpoint: Endpoint, sql: string): Promise<string> =>
    client('mysql', endpoint, '--batch', '--skip-column-names', `--execute=${sql}`)

  const asAdministrator = async (site: Project, endpoint: Endpoint, sql: string): Promise<void> => {
    const { native } = services.mysql
    const programs = native && findPrograms(native)
    const { place } = await makePlace(site.context.folders, services.mysql)
    const launch = native?.administrator?.(programs ?? {}, endpoint, place)
    if (!launch) throw new Error('no administrator')
    expect(await run(launch, { input: sql })).toMatchObject({ ok: true })
  }

  test('comes up from the settings, keeps rows over kill -9, and repairs accounts and rights', async () => {
    const endpoint = { host: '127.0.0.1', port: await freePort(), ...account }
    const site = project({ mysql: 'services.mysql' }, { services: { mysql: endpoint } })
    await site.up()
    expect(site.said.at(-1)).toMatch(/^mysql: MySQL [\d.]+ started at 127\.0\.0\.1:\d+ in [\d.]+ s/)
    expect(site.said.join('\n')).not.toContain('password')
    await query(endpoint, "CREATE TABLE t (a VARCHAR(9)); INSERT INTO t VALUES ('kept 🎉')")
    const first = stateOf(site, 'mysql')

    // Whatever happens to the process, what was committed is there.
    process.kill(first.pid, 'SIGKILL')
    await expect.poll(() => isAlive(first)).toBe(false)
    await site.up()
    expect(await query(endpoint, 'SELECT a FROM t')).toBe('kept 🎉')
    const second = stateOf(site, 'mysql')
    expect(second.pid).not.toBe(first.pid)

    // A second time there is nothing to do.
    await site.up()
    expect(site.said.at(-1)).toMatch(/^mysql: MySQL [\d.]+ at 127/)
    expect(stateOf(site, 'mysql').pid).toBe(second.pid)

    // Half of what was made is gone: the rights, then the database.
    await query(endpoint, 'CREATE DATABASE test_drund_1; DROP DATABASE test_drund_1')
    await asAdministrator(site, endpoint, "REVOKE ALL, GRANT OPTION FROM 'drund'@'%'")
    await expect(query(endpoint, 'SELECT a FROM t')).rejects.toThrow('denied')
    await site.up()
    expect(await query(endpoint, 'SELECT a FROM t')).toBe('kept 🎉')
    await query(endpoint, 'DROP DATABASE drund')

    // Another password, another database.
    const changed = { ...endpoint, password: 'another', database: 'other' }
    site.settings({ services: { mysql: changed } })
    await site.up()
    expect(await query(changed, 'SELECT DATABASE()')).toBe('other')
    await expect(query(endpoint, 'SELECT 1')).rejects.toThrow('Access denied')
    expect(stateOf(site, 'mysql').pid).toBe(second.pid)

    expect((await site.vm('status')).lines.at(-1)).toMatch(
      /^mysql {2}running {2}127.0.0.1:\d+ {2}MySQL [\d.]+, pid \d+$/,
    )
    expect((await site.vm('logs')).lines.at(-1)).toMatch(/^mysql \| /)
    const { place } = await makePlace(site.context.folders, services.mysql)
    expect((await site.vm('stop')).lines).toEqual(['mysql: stopped'])
    expect(existsSync(place.run)).toBe(false)
    expect(isAlive(second)).toBe(false)
    expect(await site.vm('status')).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/stopped/)],
    })
    await site.vm('destroy', 'mysql')
    expect(existsSync(site.file('.kovu/services/mysql'))).toBe(false)
    expect(readFileSync(site.file('.kovu/services/.gitignore'), 'utf8')).toBe('*\n')
  }, 120_000)
})

describe.skipIf(!installed('postgresql'))('PostgreSQL', () => {
  const query = async (endpoint: Endpoint, sql: string): Promise<string> =>
    client('postgresql', endpoint, '--no-psqlrc', '--tuples-only', '--no-align', `--command=${sql}`)

  test('comes up, keeps rows over kill -9, and repairs accounts', async () => {
    const endpoint = { host: '127.0.0.1', port: await freePort(), ...account }
    const site = project({ postgresql: 'database' }, { database: endpoint })
    await site.up()
    await query(endpoint, "CREATE TABLE t (a text); INSERT INTO t VALUES ('kept')")
    const first = stateOf(site, 'postgresql')
    process.kill(first.pid, 'SIGKILL')
    await expect.poll(() => isAlive(first)).toBe(false)
    await site.up()
    expect(await query(endpoint, 'SELECT a FROM t')).toContain('kept')
    const changed = { ...endpoint, password: 'another', database: 'other' }
    site.settings({ database: changed })
    await site.up()
    expect(await query(changed, 'SELECT current_database()')).toBe('other')
    await expect(query(endpoint, 'SELECT 1')).rejects.toThrow('password authentication failed')
    await query(changed, 'CREATE DATABASE test_other')

    // `kovu vm shell` is psql on this terminal: Ctrl-C ends a query, not the shell.
    const shell = onTerminal(site, { postgresql: changed }, 'shell', 'postgresql')
    await shell.says('other=>')
    shell.types('SELECT current_user;\n')
    await shell.says('drund')
    shell.types('SELECT pg_sleep(300);\n')
    await expect
      .poll(async () => query(changed, "SELECT query FROM pg_stat_activity WHERE state = 'active'"))
      .toContain('pg_sleep(300)')
    shell.types('\u0003')
    await shell.says('canceling statement due to user request')
    shell.types('SELECT 40 + 2;\n')
    await shell.says(' 42\r\n')
    shell.types('\\q\n')
    expect(await shell.code()).toBe(0)

    // `kovu vm tail` goes on with what the server writes from now on.
    const tail = onTerminal(site, { postgresql: changed }, 'tail', 'postgresql')
    await tail.says('postgresql | ')
    await expect(query(changed, 'SELECT * FROM nowhere')).rejects.toThrow('nowhere')
    await tail.says(/^postgresql \| .*ERROR: {2}relation "nowhere" does not exist/m)
    tail.types('\u0003')
    expect(await tail.code()).not.toBe(0)
  }, 120_000)
})

describe.skipIf(!installed('postgresql') || process.platform !== 'linux')(
  'PostgreSQL that was killed',
  () => {
    test('comes up when the last of its processes has gone', async () => {
      const site = project({ postgresql: { port: await freePort() } })
      await site.up()
      const { pid } = stateOf(site, 'postgresql')
      const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .split(' ')
        .map(Number)
      if (!child) throw new Error('PostgreSQL has no process beside the first')
      // It does not hear that the first has gone, and keeps the memory that all share.
      process.kill(child, 'SIGSTOP')
      process.kill(pid, 'SIGKILL')
      const up = site.up()
      const log = (): string => readFileSync(site.file('.kovu/services/postgresql/log'), 'utf8')
      await expect.poll(log).toContain('pre-existing shared memory block')
      process.kill(child, 'SIGCONT')
      await up
      expect(stateOf(site, 'postgresql').pid).not.toBe(pid)
      await site.vm('destroy', 'postgresql')
    }, 60_000)
  },
)

describe.skipIf(!installed('redis'))('Redis', () => {
  const ask = async (endpoint: Endpoint, ...words: string[]): Promise<string> =>
    client('redis', endpoint, ...words)

  test('comes up with its password, keeps keys over kill -9, and takes a new password', async () => {
    const endpoint = { host: '127.0.0.1', port: await freePort(), password: account.password }
    const site = project({ redis: 'redis' }, { redis: endpoint })
    await site.up()
    expect(await ask(endpoint, 'SET', 'a', 'kept')).toBe('OK')
    expect(await ask({ ...endpoint, password: undefined }, 'GET', 'a')).toContain('NOAUTH')
    const first = stateOf(site, 'redis')
    process.kill(first.pid, 'SIGKILL')
    await expect.poll(() => isAlive(first)).toBe(false)
    await site.up()
    expect(await ask(endpoint, 'GET', 'a')).toBe('kept')
    site.settings({ redis: { ...endpoint, password: 'other' } })
    await site.up()
    expect(await ask({ ...endpoint, password: 'other' }, 'GET', 'a')).toBe('kept')
    expect(statSync(site.file('.kovu/services/redis/redis.conf')).mode & 0o777).toBe(0o600)
  }, 60_000)

  test('that two want at once is started once', async () => {
    const site = project({ redis: { port: await freePort() } })
    await Promise.all([site.up(), site.up(), site.up()])
    expect(site.said.filter((line) => line.includes(' started at '))).toHaveLength(1)
    expect(site.said).toHaveLength(3)
  }, 60_000)

  test('of two projects side by side know nothing of each other, on one port they are told apart', async () => {
    const [a, b] = [await freePort(), await freePort()]
    const [one, two] = [project({ redis: { port: a } }), project({ redis: { port: b } })]
    await Promise.all([one.up(), two.up()])
    await ask({ host: '127.0.0.1', port: a }, 'SET', 'x', 'one')
    expect(await ask({ host: '127.0.0.1', port: b }, 'GET', 'x')).toBe('')
    const three = project({ redis: { port: a } })
    await expect(three.up()).rejects.toThrow(`is the Redis of another project, ${one.root}`)
    await expect(three.up()).rejects.toMatchObject({ pluginCode: 'VM_SERVICES_PORT' })
    expect((await three.vm('status')).lines).toEqual([
      `redis  foreign  127.0.0.1:${a}  of ${one.root}`,
    ])
  }, 60_000)

  test('that was there before is used, and never stopped', async () => {
    const port = await freePort()
    const owner = project({ redis: { port, password: 'secret1' } })
    await owner.up()
    const { pid, began } = stateOf(owner, 'redis')
    // As if somebody had started it by hand.
    removeOwner(port)
    const guest = project({ redis: { port, password: 'secret1' } })
    await guest.up()
    expect(guest.said).toEqual([
      `redis: Redis at 127.0.0.1:${port} was there already, and is never stopped`,
    ])
    expect((await guest.vm('stop')).lines).toEqual(['redis: nothing of ours runs'])
    expect(isAlive({ pid, began })).toBe(true)
    const stranger = project({ redis: { port, password: 'wrong' } })
    await expect(stranger.up()).rejects.toMatchObject({ pluginCode: 'VM_SERVICES_LOGIN' })
  }, 60_000)

  test('runs the project’s own provision hook, and tells when it fails', async () => {
    const port = await freePort()
    const site = project({ redis: { port, provision: 'echo "$SERVICE_PORT" > provisioned' } })
    await site.up()
    expect(readFileSync(site.file('provisioned'), 'utf8')).toBe(`${port}\n`)
    const failing = project({
      redis: { port: await freePort(), provision: 'echo no luck; exit 3' },
    })
    await expect(failing.up()).rejects.toMatchObject({
      pluginCode: 'VM_SERVICES_PROVISION',
      message: expect.stringContaining('no luck'),
    })
  }, 60_000)
})

describe.skipIf(!installed('memcached'))('memcached', () => {
  test('comes up, and goes', async () => {
    const site = project({ memcached: { port: await freePort() } })
    await site.up()
    const { pid, began } = stateOf(site, 'memcached')
    expect((await site.vm('status')).code).toBe(0)
    await site.vm('stop')
    expect(isAlive({ pid, began })).toBe(false)
  }, 60_000)
})

describe.skipIf(!installed('memcached'))(
  'a service that was there before in another version',
  () => {
    test('is used, with a warning', async () => {
      const port = await freePort()
      const owner = project({ memcached: { port } })
      await owner.up()
      removeOwner(port)
      const guest = project({ memcached: 'm' }, { m: { port, version: '9.9' } })
      await guest.up()
      expect(guest.said[1]).toMatch(/memcached at port \d+ is 1\.\d+\.\d+, the settings want 9\.9$/)
    }, 60_000)
  },
)

describe.skipIf(!installed('rabbitmq'))('RabbitMQ', () => {
  /** Sends a message through a queue of its own, as an application does. */
  async function roundTrip(endpoint: Endpoint, text: string): Promise<string> {
    const { host: hostname, port, user = '', password = '', database = '/' } = endpoint
    const client = await connect({ hostname, port, username: user, password, vhost: database })
    try {
      const channel = await client.createChannel()
      const { queue } = await channel.assertQueue('', { exclusive: true })
      channel.sendToQueue(queue, Buffer.from(text))
      let message: GetMessage | false = false
      await expect
        .poll(async () => (message = await channel.get(queue, { noAck: true })), {
          timeout: 10_000,
        })
        .toBeTruthy()
      return (message as unknown as GetMessage).content.toString()
    } finally {
      await client.close()
    }
  }

  test('comes up with its account, virtual host and rights, follows the settings, and leaves nothing behind', async () => {
    const endpoint = { host: '127.0.0.1', port: await freePort(), ...account, database: '/drund é' }
    const site = project({ rabbitmq: 'broker' }, { broker: endpoint })
    await site.up()
    expect(await roundTrip(endpoint, 'hello')).toBe('hello')
    expect(await services.rabbitmq.logIn?.(endpoint)).toBe(true)
    const wrong = [
      { ...endpoint, password: 'wrong' },
      { ...endpoint, database: 'elsewhere' },
      { ...endpoint, user: 'guest', password: 'guest' },
    ]
    for (const one of wrong) {
      expect(await services.rabbitmq.logIn?.(one)).toBe(false)
      await expect(roundTrip(one, 'no')).rejects.toThrow(/ACCESS.REFUSED|ConnectionClose/)
    }

    // What another project finds there is used when it knows the account, and is an error when it does not.
    const owner = stateOf(site, 'rabbitmq')
    removeOwner(endpoint.port)
    const guest = project({ rabbitmq: endpoint })
    await guest.up()
    expect(guest.said[0]).toMatch(
      /^rabbitmq: RabbitMQ \d.* was there already, and is never stopped$/,
    )
    const stranger = project({ rabbitmq: { ...endpoint, password: 'wrong' } })
    await expect(stranger.up()).rejects.toMatchObject({ pluginCode: 'VM_SERVICES_LOGIN' })

    const changed = { ...endpoint, password: 'another', database: 'other' }
    site.settings({ broker: changed })
    await site.up()
    expect(isAlive(owner)).toBe(false)
    expect(await roundTrip(changed, 'again')).toBe('again')
    expect(await services.rabbitmq.logIn?.(endpoint)).toBe(false)

    const { pid, began } = stateOf(site, 'rabbitmq')
    const { lines } = await site.vm('status')
    expect(lines[0]).toMatch(/^rabbitmq {2}running.*RabbitMQ \d+\.\d+/)
    const group = async (): Promise<string> =>
      (await run({ command: 'ps', args: ['-o', 'args=', '-g', String(pid)] })).output
    expect(await group()).toContain('epmd')
    await site.vm('stop')
    expect(isAlive({ pid, began })).toBe(false)
    await expect.poll(group, { timeout: 10_000 }).toBe('')
  }, 180_000)
})
