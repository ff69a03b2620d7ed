import { access, readFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { freePort, python, run, type Running, start, waitForPort } from '../support/process.ts'
import { kovu } from '../support/production.ts'
import { copyPlayground, domain, removeCopy } from '../support/site.ts'

const installed = await Promise.all(
  ['/usr/sbin/mariadbd', '/usr/bin/redis-server'].map((file) =>
    access(file).then(
      () => true,
      () => false,
    ),
  ),
)

/** A page of a host, asked of its application itself. */
function get(port: number, host: string, path: string): Promise<string> {
  return new Promise((done, fail) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => done(text))
    })
    request.on('error', fail)
  })
}

// MariaDB and Redis themselves: apt-get install mariadb-server redis-server.
describe.runIf(installed.every(Boolean))('the playground with --mode services', () => {
  let root: string
  let env: Record<string, string>
  let djangoPort: number
  let server: Running
  const mode = ['--mode', 'services'] as const
  const django = async (code: string): Promise<string> =>
    run([python, 'manage.py', 'shell', '-v0', '-c', code], { cwd: root, env })

  beforeAll(async () => {
    root = await copyPlayground('services')
    const [port, django_, activity, mysql, redis] = await Promise.all(
      Array.from({ length: 5 }, freePort),
    )
    djangoPort = django_ ?? 0
    env = {
      DRUND_DOMAIN: domain,
      DRUND_STATIC_URL: '/static/',
      DRUND_ORIGIN_PORT: String(port),
      DJANGO_PORT: String(djangoPort),
      ACTIVITY_PORT: String(activity),
      DRUND_MYSQL_PORT: String(mysql),
      DRUND_REDIS_PORT: String(redis),
      XDG_DATA_HOME: join(root, '.home'),
    }
    // What `kovu init --mode services` does of it, without the installation.
    await run([kovu, 'vm', ...mode], { cwd: root, env })
    await run([python, 'manage.py', 'migrate', '-v0'], { cwd: root, env })
    await run([python, 'manage.py', 'seed'], { cwd: root, env })
    await run([kovu, 'vm', 'stop', ...mode], { cwd: root, env })
    server = start([kovu, 'testserver', ...mode], { cwd: root, env })
    await waitForPort(port ?? 0, 'kovu testserver', () => server.output())
    await waitForPort(djangoPort, 'Django', () => server.output())
  })

  afterAll(async () => {
    await server?.stop()
    await run([kovu, 'vm', 'destroy', 'all', ...mode], { cwd: root, env })
    await removeCopy(root)
  })

  test('testserver has started both, and Django and Node know them from one source', async () => {
    expect(server.output()).toMatch(/mysql: MySQL [\d.]+ started at 127\.0\.0\.1:/)
    expect(server.output()).toMatch(/redis: Redis [\d.]+ started at 127\.0\.0\.1:/)
    const settings = JSON.parse(await readFile(join(root, 'activity/settings.json'), 'utf8')) as {
      services: { mysql: { port: number } }
    }
    expect(String(settings.services.mysql.port)).toBe(env['DRUND_MYSQL_PORT'])
    const engine = await django(
      'from django.db import connection as c; print(c.vendor, c.settings_dict["PORT"])',
    )
    expect(engine.trim()).toBe(`mysql ${env['DRUND_MYSQL_PORT']}`)
  })

  test('pages come from MariaDB, sessions go through Redis', async () => {
    const page = await get(djangoPort, `www.${domain}`, '/u/anna/')
    expect(page).toContain('Anna')
    const counted = await django(
      'from django.contrib.auth.models import User; print(User.objects.filter(username="anna").count())',
    )
    expect(counted.trim()).toBe('1')
    const session = await django(
      `from django.contrib.sessions.backends.cached_db import SessionStore as S
from django.core.cache import cache, caches
s = S(); s["a"] = 1; s.create(); print(type(caches['default']).__module__, s.session_key and cache.get(s.cache_key)["a"])`,
    )
    expect(session.trim()).toBe('django.core.cache.backends.redis 1')
  })

  test('Django’s own tests run on it', async () => {
    const tests = run([python, 'manage.py', 'test', '--noinput', 'people'], { cwd: root, env })
    await expect(tests).resolves.toBeTypeOf('string')
  })

  test('services go on when the testserver ends, rows are still there, and stop is clean', async () => {
    await server.stop()
    const status = await run([kovu, 'vm', 'status', ...mode], { cwd: root, env })
    expect(status).toMatch(/mysql +running/)
    expect(status).toMatch(/redis +running/)
    await run([kovu, 'vm', 'stop', ...mode], { cwd: root, env })
    await expect(run([kovu, 'vm', 'status', ...mode], { cwd: root, env })).rejects.toThrow(
      /mysql +stopped/,
    )
    await run([kovu, 'vm', ...mode], { cwd: root, env })
    const counted = await django(
      'from django.contrib.auth.models import User; print(User.objects.count() > 4)',
    )
    expect(counted.trim()).toBe('True')
  })
})
