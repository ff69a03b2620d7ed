import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import type { VhostDevOptions } from '../src/index.ts'
import { resolveOptions } from '../src/options/resolve.ts'
import { cleanUp, makeRoot } from './support/site.ts'

afterEach(cleanUp)

const domain = 'drund.localhost'

function hostsOf(hosts: VhostDevOptions['hosts']): string[] {
  return resolveOptions({ domain, hosts }, '/site').hosts.map(
    (host) => `${host.pattern} ${host.kind === 'app' ? host.name : host.kind}`,
  )
}

describe('the domain itself', () => {
  test("is answered by '*' too, in the same process", () => {
    expect(hostsOf({ '*': { target: 8000, run: 'python manage.py runserver' } })).toEqual([
      '*.drund.localhost django',
      'drund.localhost django',
    ])
  })

  test('is left to who is named for it, and to nobody when there is no wildcard', () => {
    expect(hostsOf({ '@': 9000, '*': 8000 })).toEqual([
      'drund.localhost app',
      '*.drund.localhost app',
    ])
    expect(hostsOf({ www: 8000 })).toEqual(['www.drund.localhost www'])
  })
})

describe('processes', () => {
  const resolve = (options: Partial<VhostDevOptions>, root: string) =>
    resolveOptions({ domain, hosts: { cdn: 'vite' }, ...options }, root).processes.map(
      ({ name, run, target, env }) => ({
        name,
        run,
        port: target?.kind === 'tcp' ? target.port : undefined,
        env,
      }),
    )

  test('of hosts come first, in their order; those with one target share it', () => {
    const hosts = {
      activity: { target: 9001, run: ['node', 'server.js'] },
      www: 8000,
      '*': { target: 8000, run: 'python manage.py runserver' },
    }
    const processes = { worker: 'celery', beat: { run: ['celery', 'beat'], env: { A: '1' } } }
    const found = resolve({ hosts, processes }, '/site')
    expect(found.map(({ name, port }) => [name, port])).toEqual([
      ['activity', 9001],
      ['django', 8000],
      ['worker', undefined],
      ['beat', undefined],
    ])
    expect(found[3]).toMatchObject({ run: ['celery', 'beat'], env: { A: '1' } })
    expect(hostsOf(hosts)).toContain('www.drund.localhost django')
  })

  test('come from a Procfile: those of hosts by name, `web` for the wildcard, the rest without a port', () => {
    const root = makeRoot({
      Procfile:
        '# all of it\nweb: python manage.py runserver $PORT\n\nactivity: node server.js\nworker:  celery -A drund\n',
      '.env': 'SECRET=from-file\nOTHER="a b"\n',
    })
    const hosts = { activity: { target: 9001, env: { SECRET: 'own' } }, '*': 8000, cdn: 'vite' }
    expect(resolve({ hosts, procfile: 'Procfile' }, root)).toEqual([
      {
        name: 'activity',
        run: 'node server.js',
        port: 9001,
        env: { SECRET: 'own', OTHER: 'a b' },
      },
      {
        name: 'web',
        run: 'python manage.py runserver $PORT',
        port: 8000,
        env: { SECRET: 'from-file', OTHER: 'a b' },
      },
      {
        name: 'worker',
        run: 'celery -A drund',
        port: undefined,
        env: { SECRET: 'from-file', OTHER: 'a b' },
      },
    ])
  })

  test('of the options win over the Procfile', () => {
    const root = makeRoot({ Procfile: 'www: from file\nworker: from file\n' })
    const hosts = { www: { target: 1, run: 'own' } }
    const found = resolve({ hosts, procfile: 'Procfile', processes: { worker: 'own' } }, root)
    expect(found.map(({ name, run }) => [name, run])).toEqual([
      ['www', 'own'],
      ['worker', 'own'],
    ])
  })

  test.each([
    ['Procfile:2:1: expected', 'a: b\nnonsense\n'],
    ["Procfile:2:1: there is a process named 'a' already", 'a: b\na: c\n'],
    ['has no', '# nothing\n'],
  ])('of a Procfile that makes no sense are an error: %s', (message, text) => {
    const root = makeRoot({ Procfile: text })
    expect(() => resolve({ procfile: 'Procfile' }, root)).toThrow(message)
  })

  test('of a Procfile that is not there are an error that names it', () => {
    expect(() => resolve({ procfile: 'Procfile' }, '/site')).toThrow(
      `cannot read ${join('/site', 'Procfile')} (ENOENT)`,
    )
  })
})

describe('options', () => {
  const hosts = { a: 1 }
  const bad: [string, unknown][] = [
    ['domain is missing', undefined],
    ['domain is missing', { hosts }],
    ["take 'localhost.localhost'", { domain: 'localhost', hosts }],
    ['domain: expected', { domain: 'a b.test', hosts }],
    ['domain: expected', { domain: '*.a.test', hosts }],
    ['at least one host', { domain: 'a.test', hosts: {} }],
    ['at least one host', { domain: 'a.test' }],
    ["'a b' is no host name", { domain: 'a.test', hosts: { 'a b': 1 } }],
    ["'a.*' is no host name", { domain: 'a.test', hosts: { 'a.*': 1 } }],
    ["'/a(/' is no host name", { domain: 'a.test', hosts: { '/a(/': 1 } }],
    ['which is there already', { domain: 'a.test', hosts: { '': 1, '@': 2 } }],
    [
      'both run something at one target',
      { domain: 'a.test', hosts: { a: { target: 1, run: 'x' }, b: { target: 1, run: 'y' } } },
    ],
    ['port: expected', { domain: 'a.test', hosts, port: -1 }],
    ["prot is no option. Did you mean 'port'?", { domain: 'a.test', hosts, prot: 1 }],
    ['x is no option; there are domain, port', { domain: 'a.test', hosts, x: 1 }],
    ["hosts['a'].rum is no option", { domain: 'a.test', hosts: { a: { target: 1, rum: 'x' } } }],
    ["hosts['a'].target is missing", { domain: 'a.test', hosts: { a: { run: 'x' } } }],
    ['on another machine', { domain: 'a.test', hosts: { a: 'http://example.com' } }],
    ["expected 'vite', a port", { domain: 'a.test', hosts: { a: 'https://localhost:1' } }],
    ["expected 'vite', a port", { domain: 'a.test', hosts: { a: 'Vite' } }],
    ['70000 is no port', { domain: 'a.test', hosts: { a: 70000 } }],
    ["hosts['a'].ready: expected", { domain: 'a.test', hosts: { a: { target: 1, ready: 'x' } } }],
    ["hosts['a'].run: expected", { domain: 'a.test', hosts: { a: { target: 1, run: [] } } }],
    ["hosts['a'].timeout", { domain: 'a.test', hosts: { a: { target: 1, timeout: -1 } } }],
    ["processes['x'].run: expected", { domain: 'a.test', hosts, processes: { x: '' } }],
    [
      "processes['x'].port is no",
      { domain: 'a.test', hosts, processes: { x: { run: 'a', port: 1 } } },
    ],
    ["processes['a']: a host's", { domain: 'a.test', hosts, processes: { a: 'x' } }],
    ["processes['a b']: a name", { domain: 'a.test', hosts, processes: { 'a b': 'x' } }],
    ['belong together', { domain: 'a.test', hosts, certificates: { key: 'a' } }],
    ['certificates.keys is no', { domain: 'a.test', hosts, certificates: { keys: 'a' } }],
  ]
  test.each(bad)('that make no sense are an error: %s', (message, options) => {
    const plugin = vhostDev(options as VhostDevOptions)
    const config = plugin.config as (user: object, env: object) => unknown
    expect(() => config({}, { command: 'serve' })).toThrow(message)
    expect(() => config({}, { command: 'serve' })).toThrow('VHOST_DEV_OPTIONS')
  })

  test('show as one sentence in the terminal, without a stack', () => {
    const thrown = (): unknown => {
      try {
        return resolveOptions({ domain: 'a.test', hosts: {} }, '/')
      } catch (error) {
        return error
      }
    }
    expect(inspect(thrown())).toBe(
      "hosts: expected at least one host, such as { cdn: 'vite' }. (VHOST_DEV_OPTIONS)",
    )
  })
})
