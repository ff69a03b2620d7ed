import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import type { VhostDevOptions } from '../src/index.ts'
import { changeStores, explain } from '../src/trust/change.ts'
import { isTrusted, thisMachine, trustSteps } from '../src/trust/stores.ts'
import { afterwards, cleanUp, makeRoot } from './support/site.ts'

afterEach(cleanUp)

/** Can the test have mounts of its own? The superuser of a container usually can. */
const canUnshare =
  existsSync('/usr/sbin/update-ca-certificates') &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

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
    const untrust = await run('untrust', ['--dry-run'], root)
    expect(untrust.code).toBe(0)
    expect(untrust.text).toContain(`certutil -D -d sql:${root}/.pki/nssdb`)
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

  test('says in a dry run what it would do on macOS and Windows', () => {
    const lines = (platform: NodeJS.Platform, action: 'add' | 'remove') =>
      trustSteps(
        { platform, home: '/Users/me', exists: () => false, list: () => [] },
        '/a b/ca.pem',
        'site.localhost',
      )
        .flatMap((step) => explain(step, action, 'would run'))
        .join('\n')
    expect(lines('darwin', 'add')).toBe(
      "the login keychain (Safari, Chrome): would run\n  security add-trusted-cert -r trustRoot -k /Users/me/Library/Keychains/login.keychain-db '/a b/ca.pem'",
    )
    expect(lines('darwin', 'remove')).toBe(
      "the login keychain (Safari, Chrome): would run\n  security remove-trusted-cert '/a b/ca.pem'\n  security delete-certificate -c 'Kovu development authority for site.localhost' /Users/me/Library/Keychains/login.keychain-db",
    )
    expect(lines('win32', 'add')).toBe(
      "the user's Windows root store (Edge, Chrome): would run\n  certutil -addstore -user Root '/a b/ca.pem'",
    )
    expect(lines('win32', 'remove')).toBe(
      "the user's Windows root store (Edge, Chrome): would run\n  certutil -delstore -user Root 'Kovu development authority for site.localhost'",
    )
    const checks = (platform: NodeJS.Platform) =>
      trustSteps(
        { platform, home: '/', exists: () => false, list: () => [] },
        '/ca.pem',
        'a.test',
      ).map((step) => step.check.join(' '))
    expect(checks('darwin')).toEqual(['security verify-cert -c /ca.pem'])
    expect(checks('win32')).toEqual([
      'certutil -verifystore -user Root Kovu development authority for a.test',
    ])
  })

  test('runs exactly the commands of a foreign system, and believes only the check', async () => {
    const root = makeRoot()
    const bin = join(root, 'bin')
    mkdirSync(bin)
    // A machine's own tool cannot exist here: this one keeps a list, as a key chain does.
    writeFileSync(
      join(bin, 'security'),
      `#!/bin/sh\necho "$@" >> ${root}/calls\ncase "$1" in\n  add-trusted-cert) touch ${root}/in ;;\n  verify-cert) test -f ${root}/in ;;\n  remove-trusted-cert) [ "$LIES" ] || rm ${root}/in ;;\nesac\n`,
      { mode: 0o755 },
    )
    const path = process.env['PATH']
    process.env['PATH'] = `${bin}:${path}`
    afterwards(() => {
      process.env['PATH'] = path
      delete process.env['LIES']
    })
    const steps = trustSteps(
      { platform: 'darwin', home: root, exists: () => false, list: () => [] },
      '/ca.pem',
      'a.test',
    )
    const said: string[] = []
    const say = (line: string): void => void said.push(line)
    const log = { info: say, warn: say, error: say }
    expect(await changeStores(steps, 'add', log)).toBe(0)
    expect(await changeStores(steps, 'add', log)).toBe(0)
    process.env['LIES'] = '1'
    expect(await changeStores(steps, 'remove', log)).toBe(1)
    delete process.env['LIES']
    expect(await changeStores(steps, 'remove', log)).toBe(0)
    expect(said.map((line) => line.replace(/^.*: /, ''))).toEqual([
      'done',
      'nothing to do',
      'the commands ran, but a check says nothing has changed',
      'done',
    ])
    expect(readFileSync(join(root, 'calls'), 'utf8').split('\n').slice(0, 3)).toEqual([
      'verify-cert -c /ca.pem',
      `add-trusted-cert -r trustRoot -k ${root}/Library/Keychains/login.keychain-db /ca.pem`,
      'verify-cert -c /ca.pem',
    ])
  })

  test.runIf(canUnshare)(
    "puts the authority into the system's store and out of it, seen by OpenSSL (in a mount namespace)",
    async () => {
      const root = makeRoot()
      useHome(root)
      await run('trust', ['--dry-run'], root)
      const ca = join(root, 'certificates/ca.pem')
      const step = trustSteps(thisMachine(root), ca, 'site.localhost').find(({ store }) =>
        store.startsWith('the system store'),
      )
      const quoted = (commands: readonly (readonly string[])[]): string =>
        commands.map((command) => command.map((word) => `'${word}'`).join(' ')).join(' && ')
      // Only this shell sees the copies: the machine's own store is as it was.
      const script = `
        for dir in /etc/ssl /usr/local/share/ca-certificates; do
          cp -a "$dir" ${root}/copy; mount --bind ${root}/copy "$dir"; mv ${root}/copy ${root}/copy$(basename "$dir")
        done
        ${quoted([step?.check ?? []])} && echo too early
        ${quoted(step?.add ?? [])} >/dev/null 2>&1; ${quoted([step?.check ?? []])} >/dev/null && echo in
        ${quoted(step?.remove ?? [])} >/dev/null 2>&1; ${quoted([step?.check ?? []])} 2>/dev/null || echo out`
      const out = execFileSync('unshare', ['-m', 'sh', '-c', script], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      expect(
        out
          .trim()
          .split('\n')
          .filter((line) => /^(?:in|out|too early)$/.test(line)),
      ).toEqual(['in', 'out'])
      expect(existsSync('/usr/local/share/ca-certificates/kovu-site.localhost.crt')).toBe(false)
    },
  )

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
