import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  ftruncateSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { walk } from '../src/payload/walk.ts'
import { codeOfPromise } from './support/code.ts'
import { listed, unpack } from './support/packed.ts'
import { makeSite, temporaryFolder, type TestSite } from './support/site.ts'

describe('what a release must not carry stops it, and the packages of before stay', () => {
  async function refused(spoil: (site: TestSite) => void): Promise<string | undefined> {
    const site = makeSite({ 'a.py': 'a' })
    const [before = ''] = await site.build()
    const bytes = readFileSync(before)
    spoil(site)
    const code = await codeOfPromise(site.build())
    expect(readFileSync(before).equals(bytes)).toBe(true)
    expect(execFileSync('ls', ['-A', site.path('dist/deb')], { encoding: 'utf8' })).not.toContain(
      'tmp',
    )
    return code
  }

  test.each([
    ['set-user-id', 0o4755],
    ['set-group-id', 0o2755],
  ])('a %s program', async (_, mode) => {
    const spoil = (site: TestSite): void => chmodSync(site.path('a.py'), mode)
    expect(await refused(spoil)).toBe('DEB_RELEASE_SETUID')
  })

  test.each(['/etc/passwd', '../../../etc/passwd', 'sub/../../..', 'nothing', '.env'])(
    'a link to %s',
    async (target) => {
      expect(
        await refused((site) => {
          site.write('.env', '')
          symlinkSync(target, site.path('link'))
        }),
      ).toBe('DEB_RELEASE_LINK')
    },
  )

  test('a link within the tree is carried as it is', async () => {
    const site = makeSite({ 'a/b.py': 'x', 'c/d.py': 'y' })
    symlinkSync('../a/b.py', site.path('c/link'))
    symlinkSync('a', site.path('folder'))
    const folder = unpack(await site.build())
    expect(readFileSync(join(folder, 'c/link'), 'utf8')).toBe('x')
    expect(readFileSync(join(folder, 'folder/b.py'), 'utf8')).toBe('x')
  })

  test('a pipe', async () => {
    const spoil = (site: TestSite): void => void execFileSync('mkfifo', [site.path('pipe')])
    expect(await refused(spoil)).toBe('DEB_RELEASE_PATH')
  })

  test('a name that is not UTF-8', async () => {
    const spoil = (site: TestSite): void =>
      void execFileSync('sh', ['-c', `touch "$(printf 'caf\\351')"`], { cwd: site.root })
    expect(await refused(spoil)).toBe('DEB_RELEASE_PATH')
  })

  test('a private key under any name, but not a source that speaks of one', async () => {
    const key = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' })
    expect(await refused((site) => site.write('static/innocent.txt', key))).toBe(
      'DEB_RELEASE_SECRET',
    )
    const site = makeSite({ 'keys.py': "BEGIN = '-----BEGIN PRIVATE KEY-----\\n'\n" })
    expect(listed(await site.build())).toContain('keys.py')
  })

  test('a secret of the environment, which is not shown', async () => {
    process.env.DRUND_TEST_PASSWORD = 'correct horse battery'
    try {
      const site = makeSite({ 'settings.py': "A = 1\nPASSWORD = 'correct horse battery'\n" })
      const failure = await site.build().catch((error: unknown) => error)
      expect(failure).toMatchObject({ pluginCode: 'DEB_RELEASE_SECRET', loc: { line: 2 } })
      expect(String(failure)).toContain('DRUND_TEST_PASSWORD')
      expect(JSON.stringify([String(failure), failure])).not.toContain('horse')
    } finally {
      delete process.env.DRUND_TEST_PASSWORD
    }
  })

  test('a file that shrinks, grows or goes while it is packed', async () => {
    const folder = temporaryFolder()
    const pack = async (spoil: () => void, size: number): Promise<string | undefined> => {
      execFileSync('sh', ['-c', `head -c ${size} /dev/zero > f`], { cwd: folder })
      const entries = walk({ from: folder, to: 'opt', leavesOut: () => false })
      spoil()
      const deb = join(temporaryFolder(), 'x.deb')
      return codeOfPromise(writeDeb(deb, { control: { Package: 'x' }, entries }, { epoch: 0 }))
    }
    const grow = (): void => appendFileSync(join(folder, 'f'), 'more')
    const shrink = (): void => {
      const handle = openSync(join(folder, 'f'), 'r+')
      ftruncateSync(handle, 5)
      closeSync(handle)
    }
    const go = (): void => rmSync(join(folder, 'f'))
    for (const size of [100, 300_000]) {
      expect(await pack(grow, size)).toBe('DEB_RELEASE_CHANGED')
      expect(await pack(shrink, size)).toBe('DEB_RELEASE_CHANGED')
      expect(await pack(go, size)).toBe('DEB_RELEASE_READ')
    }
  })

  test('package.json that is no JSON', async () => {
    const site = makeSite({ 'package.json': '{' })
    expect(await codeOfPromise(site.build())).toBe('DEB_RELEASE_READ')
  })
})
