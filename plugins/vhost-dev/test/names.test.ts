import { lookup } from 'node:dns/promises'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveConfig } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { asInvoker } from '../src/front/privileges.ts'
import { vhostDev } from '../src/index.ts'
import type { VhostDevOptions } from '../src/index.ts'
import { withBlock } from '../src/names/hosts-file.ts'
import { warnAboutNames } from '../src/names/resolution.ts'
import type { Lookup } from '../src/names/resolution.ts'
import { ask } from './support/client.ts'
import { cleanUp, makeRoot, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

/** Runs `kovu hosts` and gives what it said. */
async function runHosts(args: string[], options: Partial<VhostDevOptions> = {}): Promise<string> {
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const hosts = { '': 'vite', cdn: 'vite', '*': 8000 }
  const { api } = vhostDev({ domain: 'site.localhost', hosts, ...options })
  const log = { info: say, warn: say, error: say }
  await api?.kovu.commands?.['hosts']?.run({ root: '/', args, log })
  return said.join('\n')
}

describe('kovu hosts', () => {
  test('prints a marked block and says what a hosts file cannot do', async () => {
    const text = await runHosts([])
    expect(text).toContain(
      '# kovu site.localhost begin\n127.0.0.1 site.localhost\n::1 site.localhost\n127.0.0.1 cdn.site.localhost\n',
    )
    expect(text).toContain('127.0.0.1 www.site.localhost\n::1 www.site.localhost\n#')
    expect(text).toContain(
      "no wildcards. 'www' stands for '*'. Add each other name of *.site.localhost that you use where a browser does not find it by itself: 'kovu hosts anna'.",
    )
    expect(text).toContain('resolve every .localhost name by themselves, with no line here')
    const elsewhere = await runHosts([], { domain: 'site.test' })
    expect(elsewhere).toContain("*.site.test that you use: 'kovu hosts anna'.")
    expect(elsewhere).not.toContain('.localhost')
    const both = { www: 8000, '*': 8001 }
    expect(await runHosts([], { domain: 'site.test', hosts: both })).not.toContain("'www' stands")
    const named = { www: 8000, '/shop-\\d+/': 8000 }
    const expression = await runHosts([], { domain: 'site.test', hosts: named })
    expect(expression.match(/127\.0\.0\.1 /g)).toHaveLength(1)
    expect(expression).not.toContain("'www' stands")
    expect(expression).toContain('/shop-\\d+/.site.test')
    expect(await runHosts([], { domain: 'site.local' })).toContain('multicast')
  })

  test('has the host that STATIC_URL names, and goes on where Django does not say', async () => {
    const domain = 'site.test'
    const run = async (statics: () => Promise<unknown>): Promise<string> => {
      const said: string[] = []
      const say = (line: string): void => void said.push(line)
      const plugin = vhostDev({ domain, hosts: { www: 8000 } })
      const peer = { name: 'django', api: { kovu: { statics } } }
      const root = makeRoot()
      await resolveConfig({ configFile: false, root, plugins: [plugin, peer] }, 'build')
      const log = { info: say, warn: say, error: say }
      await plugin.api?.kovu.commands?.['hosts']?.run({ root, args: [], log })
      return said.join('\n')
    }
    const url = `https://cdn.${domain}:8443/static/`
    expect(await run(() => Promise.resolve({ url }))).toContain(`127.0.0.1 cdn.${domain}\n`)
    const without = await run(() => Promise.reject(new Error('no Python')))
    expect(without).toContain(`127.0.0.1 www.${domain}\n`)
    expect(without).toContain(
      'The host of STATIC_URL may be missing, for Django did not say: Error: no Python',
    )
  })

  test.runIf(process.getuid?.() === 0)(
    'under sudo, asks Django as the user who called it',
    async () => {
      const user = { SUDO_UID: '65534', SUDO_GID: '65534' }
      const before = process.env
      process.env = { ...before, ...user }
      try {
        const during = await asInvoker(() =>
          Promise.resolve([process.geteuid?.(), process.getegid?.()]),
        )
        expect(during).toEqual([65_534, 65_534])
        expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0])
        await expect(asInvoker(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
        expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0])
      } finally {
        process.env = before
      }
    },
  )

  test('writes the block with the names it is given, replaces it, and takes it out again', async () => {
    const file = join(makeRoot({ hosts: '127.0.0.1 localhost\n' }), 'hosts')
    const text = (): string => readFileSync(file, 'utf8')
    expect(await runHosts(['--write', '--file', file, 'anna'])).toContain('has now')
    expect(text()).toMatch(/^127\.0\.0\.1 localhost\n# kovu site\.localhost begin\n/)
    expect(text()).toContain('127.0.0.1 anna.site.localhost\n::1 anna.site.localhost\n')
    writeFileSync(file, `${text()}10.0.0.1 after\n`)
    await runHosts(['--write', '--file', file])
    expect(text()).not.toContain('anna')
    expect(text().match(/begin/g)).toHaveLength(1)
    expect(await runHosts(['--write', '--file', file])).toContain('nothing to do')
    await runHosts(['--remove', '--file', file])
    expect(text()).toBe('127.0.0.1 localhost\n10.0.0.1 after\n')
    expect(statSync(file).mode & 0o777).toBe(0o644)
    const fresh = `${file}-new`
    await runHosts(['--write', '--file', fresh])
    expect(readFileSync(fresh, 'utf8')).toMatch(/^# kovu site\.localhost begin\n/)
  })

  test('keeps the line ends of the file, and does not touch one whose marks do not fit', () => {
    expect(withBlock('a\r\n', 'x.test', '# kovu x.test begin\n# kovu x.test end')).toBe(
      'a\r\n# kovu x.test begin\r\n# kovu x.test end\r\n',
    )
    expect(() => withBlock('# kovu x.test begin\na\n', 'x.test', undefined)).toThrow(
      'VHOST_DEV_HOSTS',
    )
  })

  test.each([
    ['is no option', ['--wirte']],
    ["'evil.example' is no host", ['evil.example.com']],
    ["'a.b' is no host", ['a.b']],
    ['needs the path', ['--write', '--file']],
    ['Cannot write /none/hosts', ['--write', '--file', '/none/hosts']],
  ])('says what is wrong: %s', async (message, args) => {
    await expect(runHosts(args)).rejects.toThrow(
      message.replace('evil.example', 'evil.example.com'),
    )
  })
})

describe('the names of the hosts', () => {
  const answers: Record<string, string[]> = {
    'www.lvh.test': ['127.0.0.1', '::1'],
    'cdn.lvh.test': ['203.0.113.7'],
  }
  const fake: Lookup = async (name) => {
    const found = answers[name]
    if (!found) throw new Error('ENOTFOUND')
    return found.map((address) => ({ address }))
  }
  const warnings = async (domain: string, names: string[], look = fake): Promise<string[]> => {
    const found: string[] = []
    await warnAboutNames(domain, names, (warning) => found.push(warning), look)
    return found
  }

  test('that lead to this machine need nothing', async () => {
    expect(await warnings('lvh.test', ['www.lvh.test'])).toEqual([])
    // The system's own resolver, on the one name that every machine has.
    const system: Lookup = () => lookup('localhost', { all: true })
    expect(await warnings('example.com', ['www.example.com'], system)).toEqual([])
  })

  test('that lead elsewhere are named with the address', async () => {
    expect((await warnings('lvh.test', ['cdn.lvh.test'])).join()).toContain(
      'cdn.lvh.test leads to 203.0.113.7, not to this machine',
    )
  })

  test('without an address: the hosts file, and rebind protection where a DNS server could know them', async () => {
    const [reserved = ''] = await warnings('lvh.test', ['x.lvh.test', 'a.lvh.test'])
    expect(reserved).toContain('a.lvh.test, x.lvh.test: no address found')
    expect(reserved).toContain('kovu hosts --write')
    expect(reserved).not.toContain('rebinding')
    const [real = ''] = await warnings('dev.example.com', ['x.dev.example.com'])
    expect(real).toContain('DNS rebinding')
  })

  test('below .localhost are not looked up, below .local are warned about', async () => {
    const never: Lookup = () => Promise.reject(new Error('looked up'))
    expect(await warnings('a.localhost', ['www.a.localhost'], never)).toEqual([])
    expect((await warnings('lvh.local', [])).join()).toContain('multicast DNS')
  })

  test('are checked when Vite starts', async () => {
    const site = await startSite({ cdn: 'vite' }, {}, {}, { domain: 'site.local' })
    await expect.poll(() => site.logged.join('\n')).toContain('multicast DNS')
  })
})

describe('an expression for hosts', () => {
  test('answers what fits as a whole, after exact names and wildcards, with a certificate for it', async () => {
    const { port } = await startUpstream((req, res) => res.end(`app ${req.headers.host}`))
    const { port: other } = await startUpstream((_req, res) => res.end('other'))
    const site = await startSite({
      'shop-1': other,
      '/shop-\\d+/': port,
      '/.*\\.deep/': port,
    })
    const get = async (host: string) => {
      const { status, body } = await ask(site, host, '/')
      return status === 200 ? body : status
    }
    expect(await get('shop-1.site.localhost')).toBe('other')
    expect(await get('shop-22.site.localhost')).toBe(`app shop-22.site.localhost:${site.port}`)
    expect(await get('a.b.deep.site.localhost')).toContain('app a.b.deep')
    for (const host of [
      'shop-.site.localhost',
      'shop-2.site.localhost.evil.example',
      'xshop-2.site.localhost',
      'site.localhost',
    ]) {
      expect(await get(host)).toBe(421)
    }
    // A name that no wildcard of the certificate covers.
    const { connect } = await import('node:tls')
    const names = (servername: string) =>
      new Promise<string | undefined>((done, fail) => {
        const socket = connect({ host: '127.0.0.1', port: site.port, ca: site.ca, servername })
        socket.on('error', fail)
        socket.on('secureConnect', () => {
          done(socket.getPeerCertificate().subjectaltname)
          socket.destroy()
        })
      })
    expect(await names('a.b.deep.site.localhost')).toBe('DNS:a.b.deep.site.localhost')
    expect(await names('shop-22.site.localhost')).toContain('DNS:*.site.localhost')
    site.server.printUrls()
    expect(site.logged.join('\n')).toContain('any name at /shop-\\d+/.site.localhost')
    expect(site.server.resolvedUrls?.local).toEqual([site.origin('shop-1.site.localhost') + '/'])
  })
})
