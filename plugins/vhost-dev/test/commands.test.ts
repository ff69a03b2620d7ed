import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import type { VhostDevOptions } from '../src/index.ts'
import { isTrusted, trustSteps } from '../src/trust/stores.ts'
import { afterwards, cleanUp, makeRoot } from './support/site.ts'

afterEach(cleanUp)

/** Runs a command of the plugin and gives what it said. */
async function run(name: string, args: string[], root: string, options?: Partial<VhostDevOptions>) {
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const plugin = vhostDev({
    domain: 'site.localhost',
    hosts: { '': 'vite', cdn: 'vite', '*': 8000 },
    certificates: { dir: join(root, 'certificates') },
    ...options,
  })
  const command = plugin.api?.kovu.commands?.[name]
  const code = await command?.run({ root, args, log: { info: say, warn: say, error: say } })
  return { code: code ?? 0, text: said.join('\n') }
}

/** Uses another home folder until the end of the test. */
function useHome(home: string): void {
  const before = process.env['HOME']
  process.env['HOME'] = home
  afterwards(() => {
    process.env['HOME'] = before
  })
}

describe('kovu trust', () => {
  test('only says what it would do in a dry run', async () => {
    const root = makeRoot()
    useHome(root)
    const { code, text } = await run('trust', ['--dry-run'], root)
    expect(code).toBe(0)
    expect(text).toMatch(/SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}/)
    expect(text).toContain('would run')
    expect(text).toContain(`certutil -A -d sql:${root}/.pki/nssdb`)
    expect(existsSync(join(root, '.pki'))).toBe(false)
  })

  test.runIf(existsSync('/usr/bin/certutil'))(
    "puts the authority into the browsers' stores, checks that, and takes it out again",
    async () => {
      const root = makeRoot()
      useHome(root)
      const profile = join(root, '.mozilla/firefox/abc.default')
      mkdirSync(profile, { recursive: true })
      execFileSync('certutil', ['-N', '-d', `sql:${profile}`, '--empty-password'])
      const only = {
        platform: 'linux',
        home: root,
        exists: (path: string) => path.startsWith(root) && existsSync(path),
      } as const
      const ca = join(root, 'certificates/ca.pem')
      const list = (dir: string): string =>
        execFileSync('certutil', ['-L', '-d', `sql:${dir}`], { encoding: 'utf8' })
      // The system's store is left alone: only stores below the test's own home are changed.
      const { changeStores } = await import('../src/trust/change.ts')
      await run('trust', ['--dry-run'], root)
      const log = { info() {}, warn() {}, error() {} }
      const steps = () => trustSteps({ ...only, list: () => ['abc.default'] }, ca, 'site.localhost')
      expect(await changeStores(steps(), 'add', log)).toBe(0)
      for (const dir of [join(root, '.pki/nssdb'), join(root, '.local/share/pki/nssdb'), profile]) {
        expect(list(dir)).toContain('Kovu development authority for site.localhost')
      }
      expect(await changeStores(steps(), 'remove', log)).toBe(0)
      expect(list(profile)).not.toContain('Kovu')
    },
  )

  test('knows the commands of every system', () => {
    const machine = (platform: NodeJS.Platform, paths: string[] = []) => ({
      platform,
      home: '/home/me',
      exists: (path: string) => paths.some((known) => known.startsWith(path)),
      list: (dir: string) =>
        paths.some((known) => known.startsWith(`${dir}/`)) ? ['p.default'] : [],
    })
    const stores = (platform: NodeJS.Platform, paths?: string[]) =>
      trustSteps(machine(platform, paths), '/ca.pem', 'site.localhost').map((step) =>
        step.add.at(-1)?.join(' '),
      )
    expect(stores('darwin')).toEqual([
      'security add-trusted-cert -r trustRoot -k /home/me/Library/Keychains/login.keychain-db /ca.pem',
    ])
    expect(stores('win32')).toEqual(['certutil -addstore -user Root /ca.pem'])
    expect(stores('linux', ['/usr/local/share/ca-certificates']).at(-1)).toBe(
      'update-ca-certificates',
    )
    expect(stores('linux', ['/etc/pki/ca-trust/source/anchors']).at(-1)).toBe('update-ca-trust')
    const firefox = ['/home/me/.config/mozilla/firefox/p.default/cert9.db']
    expect(stores('linux', firefox).at(-1)).toContain(
      'sql:/home/me/.config/mozilla/firefox/p.default',
    )
  })

  test('is remembered for this very authority only', () => {
    const root = makeRoot()
    expect(isTrusted(join(root, 'ca.pem'))).toBe(false)
    writeFileSync(join(root, 'trusted'), 'something else\n')
    expect(isTrusted(join(root, 'ca.pem'))).toBe(false)
  })

  test('has nothing to do with certificates made elsewhere', async () => {
    const certificates = { key: 'a', cert: 'b' }
    await expect(run('trust', [], makeRoot(), { certificates })).rejects.toThrow('VHOST_DEV_TRUST')
  })
})

describe('kovu hosts', () => {
  test('prints a marked block and says what a hosts file cannot do', async () => {
    const { text } = await run('hosts', [], makeRoot())
    expect(text).toContain(
      '# kovu site.localhost begin\n127.0.0.1 site.localhost\n::1 site.localhost\n127.0.0.1 cdn.site.localhost\n',
    )
    expect(text).toContain('no wildcards')
    expect(text).toContain('.localhost by themselves')
    const local = await run('hosts', [], makeRoot(), { domain: 'site.local' })
    expect(local.text).toContain('multicast')
  })
})

describe('options', () => {
  const bad: [string, unknown][] = [
    ['domain', { domain: 'localhost', hosts: { a: 1 } }],
    ['domain', { hosts: { a: 1 } }],
    ['hosts', { domain: 'a.test', hosts: {} }],
    ['hosts', { domain: 'a.test', hosts: { 'a b': 1 } }],
    ['hosts', { domain: 'a.test', hosts: { 'a.*': 1 } }],
    ['hosts', { domain: 'a.test', hosts: { '': 1, '@': 2 } }],
    [
      'both run',
      { domain: 'a.test', hosts: { a: { target: 1, run: 'x' }, b: { target: 1, run: 'y' } } },
    ],
    ['port', { domain: 'a.test', hosts: { a: 1 }, port: -1 }],
    ['prot', { domain: 'a.test', hosts: { a: 1 }, prot: 1 }],
    ["hosts['a'].rum", { domain: 'a.test', hosts: { a: { target: 1, rum: 'x' } } }],
    ["hosts['a'].target", { domain: 'a.test', hosts: { a: 'http://example.com' } }],
    ["hosts['a'].target", { domain: 'a.test', hosts: { a: 'https://localhost:1' } }],
    ["hosts['a'].target", { domain: 'a.test', hosts: { a: 70000 } }],
    ["hosts['a'].ready", { domain: 'a.test', hosts: { a: { target: 1, ready: 'x' } } }],
  ]
  test.each(bad)('that make no sense are an error that names %s', (name, options) => {
    const plugin = vhostDev(options as VhostDevOptions)
    const config = plugin.config as (user: object, env: object) => unknown
    expect(() => config({}, { command: 'serve' })).toThrow(name)
    expect(() => config({}, { command: 'serve' })).toThrow('VHOST_DEV_OPTIONS')
  })
})
