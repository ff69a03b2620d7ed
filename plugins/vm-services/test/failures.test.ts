import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort, installed, project, type Project } from './support/project.ts'

/** The error of `kovu vm`. */
async function failure(site: Project): Promise<{ pluginCode: string; message: string }> {
  try {
    await site.up()
  } catch (error) {
    return error as { pluginCode: string; message: string }
  }
  throw new Error('It did not fail.')
}

/** Nothing is on PATH but what a test puts there. */
function onlyOnPath(site: Project, programs: Readonly<Record<string, string>> = {}): void {
  const before = process.env['PATH']
  mkdirSync(site.file('bin'))
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(site.file(`bin/${name}`), `#!/bin/sh\n${script}\n`)
    chmodSync(site.file(`bin/${name}`), 0o755)
  }
  process.env['PATH'] = `${site.file('bin')}:${'docker' in programs ? before : ''}`
  onTestFinished(() => {
    process.env['PATH'] = before
  })
}

test('another program at the port is named with the setting that chooses the port', async () => {
  const server = createHttp((_, response) => response.end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const site = project({ mysql: 'services.mysql' }, { services: { mysql: { port } } })
  const error = await failure(site)
  expect(error.pluginCode).toBe('VM_SERVICES_PORT')
  expect(error.message).toContain(`port ${port} does not speak the protocol of MySQL`)
  expect(error.message).toContain('`services.mysql` in settings.json')
  expect((await site.vm('status')).lines).toEqual([`mysql  foreign  127.0.0.1:${port}  not MySQL`])
})

describe('without the program', () => {
  test('the error names both fixes', async () => {
    const site = project({ redis: { port: await freePort() } })
    onlyOnPath(site)
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_MISSING')
    expect(error.message).toContain('apt-get install redis-server')
    expect(error.message).toContain('start Docker with Compose, for the image redis:7')
    // Vite prints what ends it so: the sentence once, its code, and no stack of ours.
    expect(inspect(error)).toBe(`${error.message} (VM_SERVICES_MISSING)`)
  })

  test('MongoDB has one fix alone', async () => {
    const site = project({ mongodb: { port: await freePort() } })
    onlyOnPath(site)
    const { message } = await failure(site)
    expect(message).not.toContain('apt-get')
    expect(message).toContain('mongo:7')
  })

  test('a version that is not here is asked of Docker', async () => {
    const site = project({ redis: { port: await freePort(), version: '2.4' } })
    onlyOnPath(site, {
      'redis-server': 'echo "Redis server v=7.0.15"',
      'redis-cli': '',
      docker: 'exit 1',
    })
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_VERSION')
    expect(error.message).toMatch(
      /Redis on this machine is 7\.0\.15, the settings want 2\.4.*redis:2\.4/,
    )
  })
})

describe('a container', () => {
  test('is started with a Compose file on standard input, and no secret in it or on the command line', async () => {
    const port = await freePort()
    const endpoint = { port, user: 'drund', password: 'hunter2!', database: 'drund' }
    const site = project(
      { mongodb: 'm', postgresql: { settings: 'p', via: 'container', version: '16' } },
      {
        m: endpoint,
        p: { ...endpoint, port: await freePort() },
      },
    )
    // No Docker engine can be here: this one writes down what it is told.
    const log = site.file('docker.log')
    onlyOnPath(site, {
      docker: `printf '%s\\n' "$*" >> '${log}'; case "$*" in *--file*) cat >> '${log}';; esac`,
    })
    await site.up()
    const text = execFileSync('/bin/cat', [log], { encoding: 'utf8' })
    expect(text).toMatch(/compose --project-name kovu-[\w-]+ --file - up --detach --wait/)
    expect(text).toContain('"image": "mongo:7"')
    expect(text).toContain('"image": "postgres:16"')
    expect(text).toContain(`"127.0.0.1:${port}:27017"`)
    expect(text).toContain('${KOVU_MONGODB_MONGO_INITDB_ROOT_PASSWORD}')
    expect(text).not.toContain('hunter2')
    await site.vm('stop')
    await site.vm('destroy', 'all')
    const after = execFileSync('/bin/cat', [log], { encoding: 'utf8' })
    expect(after).toContain('--file - stop')
  })

  test('has the clients inside, the passwords in their environment alone', async () => {
    const account = { user: 'drund', password: 'hunter2!', database: 'drund' }
    const names = ['mysql', 'postgresql', 'redis', 'mongodb'] as const
    const ports = await Promise.all(names.map(freePort))
    const settings = Object.fromEntries(
      names.map((name, at) => [name, { ...account, port: ports[at] }]),
    )
    const by = (place: string): object => ({ settings: place, via: 'container' })
    const site = project(
      {
        mysql: by('mysql'),
        postgresql: by('postgresql'),
        redis: by('redis'),
        mongodb: by('mongodb'),
      },
      settings,
    )
    // No Docker engine can be here: this one writes down what it is told, and the passwords that it inherits.
    const log = site.file('docker.log')
    onlyOnPath(site, {
      docker: `case "$1" in
        ps) echo c0ffee;;
        exec) echo "$*" "$MYSQL_PWD$PGPASSWORD$REDISCLI_AUTH" >> '${log}';;
      esac`,
    })
    await site.up()
    for (const name of names) expect((await site.vm('shell', name)).code).toBe(0)
    const lines = execFileSync('/bin/cat', [log], { encoding: 'utf8' })
      .replaceAll('exec -it ', 'exec -i ')
      .trim()
      .split('\n')
    expect(lines.filter((line) => !line.includes('exec -i c0ffee'))).toEqual([
      'exec -i --env MYSQL_PWD c0ffee mariadb --user=drund --database=drund hunter2!',
      'exec -i --env PGPASSWORD c0ffee psql --host=127.0.0.1 --username=drund --dbname=drund hunter2!',
      'exec -i --env REDISCLI_AUTH c0ffee redis-cli hunter2!',
    ])
    expect(lines.at(-1)).toBe(
      'exec -i c0ffee sh -c exec mongosh --username "$MONGO_INITDB_ROOT_USERNAME" --password "$MONGO_INITDB_ROOT_PASSWORD" --authenticationDatabase admin "$0" drund',
    )
  })

  test('has a Compose file that Compose would read: every service, on loopback, with a health check', async () => {
    const site = project({
      mysql: true,
      postgresql: true,
      redis: { password: 'a$b' },
      rabbitmq: true,
      memcached: true,
      mongodb: true,
    })
    const { lines } = await site.vm('compose')
    const python = `import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))`
    const { stdout, status } = spawnSync('python3', ['-c', python], {
      input: lines.join('\n'),
      encoding: 'utf8',
    })
    const file = JSON.parse(status === 0 ? stdout : lines.join('\n')) as {
      services: Record<
        string,
        { image: string; ports: string[]; healthcheck: { test: string[] }; volumes?: string[] }
      >
      volumes: Record<string, unknown>
    }
    expect(Object.keys(file.services)).toEqual([
      'mysql',
      'postgresql',
      'redis',
      'rabbitmq',
      'memcached',
      'mongodb',
    ])
    for (const { image, ports, healthcheck, volumes = [] } of Object.values(file.services)) {
      expect(image).toMatch(/^[a-z]+:[\d.]+$/)
      expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)])
      expect(healthcheck.test[0]).toBe('CMD')
      expect(volumes.every((volume) => (volume.split(':')[0] ?? '') in file.volumes)).toBe(true)
    }
    // A `$` of the container's shell is doubled; `${…}` alone is Compose's.
    expect(
      JSON.stringify(file)
        .replaceAll('$$', '')
        .match(/\$(?!\{KOVU_)/g),
    ).toBeNull()
  })

  test('that does not start is told with what Docker said', async () => {
    const site = project({ mongodb: { port: await freePort() } })
    onlyOnPath(site, { docker: 'case "$*" in *up*) echo "no such image" >&2; exit 1;; esac' })
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_COMPOSE')
    expect(error.message).toContain('no such image')
  })
})

describe('the folder of the data', () => {
  test('is in the way: a file', async () => {
    const site = project({ redis: { port: await freePort() } })
    writeFileSync(site.file('.kovu'), '')
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_DATA')
    expect(error.message).toContain('.kovu/services/redis')
    expect(error.message).toContain('Make the folder writable, or set `dir`')
  })

  /** A small disk in the project; only root can have one. */
  const disk = (site: Project, options: string): void => {
    mkdirSync(site.file('.kovu'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', site.file('.kovu')])
    onTestFinished(() => void spawnSync('umount', ['-l', site.file('.kovu')]))
  }
  const canMount = process.getuid?.() === 0 && mountWorks()

  test.skipIf(!canMount || !installed('redis'))('cannot be written', async () => {
    const site = project({ redis: { port: await freePort() } })
    disk(site, 'ro')
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_DATA')
    expect(error.message).toContain('Make the folder writable, or set `dir`')
  })

  test.skipIf(!canMount || !installed('mysql'))(
    'is on a full disk: nothing half-made is left, and room is enough to go on',
    async () => {
      const endpoint = { port: await freePort(), user: 'a', password: 'hunter2', database: 'a' }
      const site = project({ mysql: endpoint })
      disk(site, 'size=16m')
      const error = await failure(site)
      expect(error.pluginCode).toBe('VM_SERVICES_DATA')
      expect(error.message).toMatch(/Its disk is full: \d+ MB are free/)
      expect(error.message).not.toContain('hunter2')
      expect(readdirSync(site.file('.kovu/services/mysql'))).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=900m', site.file('.kovu')])
      await site.up()
      expect(site.said.at(-1)).toContain('started at')
      await site.vm('stop')
    },
    120_000,
  )
})

test.skipIf(!installed('redis'))(
  'a server that ends as it starts is told with the end of its log',
  async () => {
    const site = project({ redis: { port: await freePort() } })
    mkdirSync(site.file('.kovu/services/redis/data'), { recursive: true })
    // A folder in the place of its file.
    mkdirSync(site.file('.kovu/services/redis/data/appendonlydir/appendonly.aof.manifest'), {
      recursive: true,
    })
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_START')
    expect(error.message).toContain('ended as it started')
    expect(error.message).toMatch(/\.kovu\/services\/redis\/log:\n.+/)
  },
)

test('one failure does not stop the others', async () => {
  const site = project({
    mongodb: { port: await freePort(), via: 'native' },
    memcached: { host: 'db.example.com' },
  })
  await failure(site)
  expect(site.said).toContain('memcached: db.example.com:11211 is another machine, left alone')
})

describe('settings', () => {
  test('a service that they do not name, or say null or false of, is not needed', async () => {
    const site = project({ mysql: 'a.b', redis: 'c', rabbitmq: 'd' }, { c: null, d: false })
    await site.up()
    expect(site.said).toEqual([])
    expect((await site.vm('status')).lines).toEqual(['The settings of this mode need no service.'])
  })

  test('may be written as Django does', () => {
    const database = { HOST: 'localhost', PORT: '3307', USER: 'u', PASSWORD: 'p', NAME: 'n' }
    const site = project({ mysql: 'databases.default' }, { databases: { default: database } })
    expect(site.context.wanted()[0]?.endpoint).toEqual({
      host: 'localhost',
      port: 3307,
      user: 'u',
      password: 'p',
      database: 'n',
    })
  })

  test.each([
    [{ redis: 'redis' }, '{ "redis": {', 'is no JSON'],
    [{ redis: 'redis', settings: 'none.json' }, '{}', 'cannot be read'],
    [{ redis: 'redis' }, '{ "redis": { "port": "many" } }', 'must be a number from 1 to 65535'],
    [{ redis: 'redis' }, '{ "redis": { "port": 70000 } }', '`redis` in settings.json'],
  ])('%j with %s', async (options, text, message) => {
    const site = project(options)
    writeFileSync(site.file('settings.json'), text)
    const error = await failure(site)
    expect(error.pluginCode).toBe('VM_SERVICES_SETTINGS')
    expect(error.message).toContain(message)
  })
})

describe('options', () => {
  test.each([
    [{ mysq: true }, '`mysq` is no option'],
    [{ mysql: { ports: 1 } }, '`mysql.ports` is no option'],
    [{ mysql: { via: 'vagrant' } }, 'expected "native" | "container"'],
    [{ dir: '' }, '`dir` must be a path'],
  ])('%j', (options: object, message) => {
    let error: unknown
    try {
      project(options)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({
      pluginCode: 'VM_SERVICES_OPTION',
      message: expect.stringContaining(message),
    })
  })
})

describe('kovu vm', () => {
  test.each([
    [['strat'], '`kovu vm strat` is nothing'],
    [['stop', 'mysql'], 'there is no service `mysql` in this mode; there is redis'],
    [['destroy'], 'name the services, or say `all`'],
    [['shell'], 'wants one of redis'],
  ])('%j teaches', async (args, message) => {
    const site = project({ redis: { port: await freePort() } })
    await expect(site.vm(...args)).rejects.toMatchObject({
      pluginCode: 'VM_SERVICES_COMMAND',
      message: expect.stringContaining(message),
    })
    await expect(site.vm(...args)).rejects.toThrow('kovu vm status ')
  })

  test('shell of a service without a client', async () => {
    const site = project({ memcached: { port: await freePort() } })
    await expect(site.vm('shell', 'memcached')).rejects.toThrow(
      'memcached has no client to open a shell with',
    )
  })
})

function mountWorks(): boolean {
  const probe = spawnSync('unshare', ['-m', 'true'])
  return probe.status === 0
}
