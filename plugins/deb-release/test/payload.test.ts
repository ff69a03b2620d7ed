import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { walk } from '../src/payload/walk.ts'
import { codeOf, codeOfPromise } from './support/code.ts'
import { makeSite, temporaryFolder, type TestSite } from './support/site.ts'

const release = './opt/drund/master/releases/r100'

/** Paths in a package, below the release. */
function listed([deb = '']: readonly string[]): string[] {
  const paths = execFileSync('dpkg-deb', ['--fsys-tarfile', deb], { maxBuffer: 1 << 28 })
  const names = execFileSync('tar', ['-t'], {
    input: paths,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  return names
    .split('\n')
    .filter((name) => name.startsWith(`${release}/`) && !name.endsWith('/'))
    .map((name) => name.slice(release.length + 1))
}

const field = (deb: string | undefined, name: string): string =>
  execFileSync('dpkg-deb', ['-f', deb ?? '', name], { encoding: 'utf8' }).trim()

function unpack([deb = '']: readonly string[]): string {
  const folder = temporaryFolder()
  execFileSync('dpkg-deb', ['-x', deb, folder])
  return join(folder, release)
}

describe('a release carries', () => {
  test('the project and its static tree, and nothing that belongs to a machine or is secret', async () => {
    const site = makeSite({
      'manage.py': '#!/usr/bin/env python3\n',
      'app/views.py': '',
      'staticroot/app.0123456789ab.css': '',
      'settings.py': "PASSWORD = os.environ['DB']",
      '.well-known/security.txt': '',
      '.git/config': '',
      '.gitignore': '',
      '.env': '',
      '.env.production': '',
      '.npmrc': '',
      'm4/base.m4': '',
      'm4/production.local.m4': '',
      'settings.local.py': '',
      'local_settings.py': '',
      'db.sqlite3': '',
      id_rsa: '',
      'certs/site.p12': '',
      'app/__pycache__/views.cpython-311.pyc': '',
      'node_modules/x/package.json': '{}',
      'vite.config.ts': '',
      'dist/deb/old_1_all.deb': '',
      'dist/apt/pool/x': '',
    })
    expect(listed(await site.build())).toEqual([
      '.kovu/release',
      '.well-known/security.txt',
      'app/views.py',
      'manage.py',
      'settings.py',
      'staticroot/app.0123456789ab.css',
    ])
  })

  test('what patterns bring in, and not what they leave out; secrets cannot be brought in', async () => {
    const site = makeSite(
      {
        'a.py': '',
        'docs/x.md': '',
        'm4/base.m4': '',
        '.env': '',
        '.git/config': '',
        '.gitignore': '',
        'x.local.m4': '',
      },
      { src: { files: ['!docs/**', '**'] } },
    )
    expect(listed(await site.build())).toEqual([
      '.gitignore',
      '.kovu/release',
      'a.py',
      'm4/base.m4',
    ])
    expect(listed(await site.build({ src: { files: ['m4/**'] } }))).toContain('m4/base.m4')
  })

  test('STATIC_ROOT from outside of the project', async () => {
    const site = makeSite({ 'a.py': '' })
    const outside = temporaryFolder()
    execFileSync('sh', ['-c', 'mkdir -p css .kovu; echo a > css/x.css; echo b > .kovu/y'], {
      cwd: outside,
    })
    const context = site.context()
    const statics = {
      url: '/static/',
      root: outside,
      roots: [],
      find: () => undefined,
      findDerived: () => undefined,
      nameOf: () => undefined,
      list: () => [],
      mentions: () => false,
    }
    context.peers = [{ statics: () => Promise.resolve(statics) }]
    const { buildPackages } = await import('../src/build.ts')
    const [payload] = await buildPackages(context, { say: () => {} })
    expect(listed([payload?.file ?? ''])).toEqual(['.kovu/release', 'a.py', 'static/css/x.css'])
  })
})

describe('node_modules', () => {
  const manifest = (name: string, dependencies: object = {}): string =>
    JSON.stringify({ name, version: '1.0.0', main: 'index.js', dependencies })
  const files = {
    'package.json': manifest('drund', { a: '*', '@s/b': '*' }),
    'node_modules/a/package.json': manifest('a', { c: '1' }),
    'node_modules/a/index.js': "module.exports = 'a' + require('c')",
    'node_modules/@s/b/package.json': manifest('@s/b', { c: '2' }),
    'node_modules/@s/b/index.js': "module.exports = 'b' + require('c')",
    'node_modules/@s/b/node_modules/c/package.json': manifest('c'),
    'node_modules/@s/b/node_modules/c/index.js': "module.exports = 'c2'",
    'node_modules/c/package.json': manifest('c'),
    'node_modules/c/index.js': "module.exports = 'c1'",
    'node_modules/dev/package.json': manifest('dev'),
    'server.js': "process.stdout.write(require('a') + require('@s/b'))",
  }
  const roles = { web: { run: 'node server.js' } }

  test('are the production packages, each finding its own versions', async () => {
    const site = makeSite(files, { roles })
    const folder = unpack(await site.build())
    expect(execFileSync('node', ['server.js'], { cwd: folder, encoding: 'utf8' })).toBe('ac1bc2')
    expect(existsSync(join(folder, 'node_modules/dev'))).toBe(false)
  })

  test('are found where links of a workspace or of pnpm lead', async () => {
    const site = makeSite({
      'app/package.json': manifest('drund', { a: '*' }),
      'app/server.js': "process.stdout.write(require('a'))",
    })
    site.write('store/a/node_modules/a/package.json', manifest('a', { c: '1' }))
    site.write('store/a/node_modules/a/index.js', "module.exports = 'a' + require('c')")
    site.write('store/a/node_modules/c/package.json', manifest('c'))
    site.write('store/a/node_modules/c/index.js', "module.exports = 'c'")
    mkdirSync(site.path('app/node_modules'))
    symlinkSync('../../store/a/node_modules/a', site.path('app/node_modules/a'))
    const { nodeModules } = await import('../src/payload/node-modules.ts')
    const entries = nodeModules(site.path('app'), true, 'app')
    const deb = join(temporaryFolder(), 'x.deb')
    const control = {
      Package: 'x',
      Version: '1',
      Architecture: 'all',
      Maintainer: 'A <a@b.c>',
      Description: 'x\nx',
    }
    await writeDeb(
      deb,
      {
        control,
        entries: [
          ...entries,
          ...walk({
            from: site.path('app'),
            to: 'app',
            leavesOut: (path) => path === 'node_modules',
          }),
        ],
      },
      { epoch: 1 },
    )
    const out = temporaryFolder()
    execFileSync('dpkg-deb', ['-x', deb, out])
    expect(execFileSync('node', ['server.js'], { cwd: join(out, 'app'), encoding: 'utf8' })).toBe(
      'ac',
    )
  })

  test('that are not installed are named', async () => {
    const site = makeSite({ 'package.json': manifest('drund', { missing: '*' }) }, { roles })
    expect(await codeOfPromise(site.build())).toBe('DEB_RELEASE_NODE')
  })

  test('with compiled code make the package one of this architecture', async () => {
    const site = makeSite({ ...files, 'node_modules/a/build/x.node': 'ELF' }, { roles })
    const [deb] = await site.build()
    expect(field(deb, 'Architecture')).toBe(
      execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim(),
    )
    expect(field((await makeSite(files, { roles }).build())[0], 'Architecture')).toBe('all')
    const { architectureOf } = await import('../src/payload/architecture.ts')
    const mac = { platform: 'darwin', arch: 'arm64' }
    const compiled = [{ kind: 'file', path: 'x.node', content: Buffer.alloc(0) } as const]
    expect(codeOf(() => architectureOf(compiled, mac))).toBe('DEB_RELEASE_NODE')
  })
})

describe('the virtual environment', () => {
  /** A wheel as pip takes it, with a module and a program. */
  function wheel(site: TestSite, version: string): void {
    const info = `demo-${version}.dist-info`
    const files = {
      'demo.py': `def main():\n    print('demo ${version}')\n`,
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: demo\nVersion: ${version}\n`,
      [`${info}/WHEEL`]:
        'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      [`${info}/entry_points.txt`]: '[console_scripts]\ndemo = demo:main\n',
    }
    const record = [...Object.keys(files), `${info}/RECORD`].map((name) => `${name},,\n`).join('')
    const all = Object.entries({ ...files, [`${info}/RECORD`]: record }).map(([name, text]) => [
      name,
      strToU8(text),
    ])
    site.write(
      `demo-${version}-py3-none-any.whl`,
      zipSync(Object.fromEntries(all) as Record<string, Uint8Array>, { mtime: '2020-01-01' }),
    )
  }

  test('runs by the server’s Python from its fixed place, and is the same wherever it was installed', async () => {
    const builds = []
    for (const name of ['one', 'a longer folder with spaces']) {
      const site = makeSite({ 'requirements.txt': '--no-index\n./demo-1.0-py3-none-any.whl\n' })
      wheel(site, '1.0')
      // Without a pip of its own: that takes long to make.
      const flags = ['--without-pip', '--system-site-packages']
      execFileSync('python3', ['-m', 'venv', ...flags, site.path(`${name}/venv`)])
      const deb = await site.build({
        src: { python: site.path(`${name}/venv/bin/python`), files: [`!${name}/**`] },
        roles: { worker: { run: 'demo --all' } },
      })
      builds.push(deb)
    }
    const [first = [], second = []] = builds
    const folder = unpack(first)
    const version = execFileSync(
      'python3',
      ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'],
      { encoding: 'utf8' },
    ).trim()
    expect(readFileSync(join(folder, 'venv/bin/demo'), 'utf8').split('\n')[0]).toBe(
      `#!/opt/drund/master/releases/r100/venv/bin/python`,
    )
    expect(
      execFileSync('readlink', [join(folder, 'venv/bin/python')], { encoding: 'utf8' }).trim(),
    ).toBe(`/usr/bin/python${version}`)
    expect(existsSync(join(folder, `venv/lib/python${version}/site-packages/demo.py`))).toBe(true)
    expect(field(first[0], 'Depends')).toBe(`kovu-release, python${version}`)
    expect(first.map((deb) => readFileSync(deb).toString('base64'))).toEqual(
      second.map((deb) => readFileSync(deb).toString('base64')),
    )
  })

  test('is made again when the requirements change, and is not when they do not', async () => {
    const site = makeSite({ 'requirements.txt': '--no-index\n./demo-1.0-py3-none-any.whl\n' })
    wheel(site, '1.0')
    await site.build()
    rmSync(site.path('demo-1.0-py3-none-any.whl'))
    expect(
      listed(await site.build()).some((path) => path.endsWith('demo-1.0.dist-info/METADATA')),
    ).toBe(true)
    site.write('requirements.txt', '--no-index\n./demo-2.0-py3-none-any.whl\n')
    wheel(site, '2.0')
    expect(
      listed(await site.build()).some((path) => path.endsWith('demo-2.0.dist-info/METADATA')),
    ).toBe(true)
  })

  test('that pip cannot make fails with what pip said', async () => {
    const site = makeSite({ 'requirements.txt': '--no-index\nnot-there\n' })
    await expect(site.build()).rejects.toThrow(/not-there/)
    expect(await codeOfPromise(site.build())).toBe('DEB_RELEASE_PYTHON')
    expect(await codeOfPromise(site.build({ src: { python: '/nowhere/python' } }))).toBe(
      'DEB_RELEASE_PYTHON',
    )
    expect(await codeOfPromise(site.build({ src: { requirements: 'nowhere.txt' } }))).toBe(
      'DEB_RELEASE_READ',
    )
    expect(existsSync(site.path('dist/deb'))).toBe(false)
  })
})

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

describe('roles', () => {
  const roleOf = async (
    role: object,
    files: Record<string, string> = {},
  ): Promise<string | undefined> => codeOfPromise(makeSite(files, { roles: { www: role } }).build())

  test('whose files or programs are not there are refused', async () => {
    expect(await roleOf({ nginx: 'deploy/nginx.conf' })).toBe('DEB_RELEASE_READ')
    expect(await roleOf({ run: 'gunicorn wsgi' })).toBe('DEB_RELEASE_ROLE')
    expect(await roleOf({ run: '/usr/bin/true' })).toBeUndefined()
  })

  test('name the line of a word in @ that stands for nothing', async () => {
    const site = makeSite(
      { 'n.conf': 'server {\n  root @curent@;\n}\n' },
      { roles: { www: { nginx: 'n.conf' } } },
    )
    await expect(site.build()).rejects.toMatchObject({
      pluginCode: 'DEB_RELEASE_ROLE',
      loc: { line: 2 },
    })
    expect(await roleOf({ nginx: 'n.conf' }, { 'n.conf': 'x unix:@socket:api@;' })).toBe(
      'DEB_RELEASE_ROLE',
    )
  })

  test('are systemd units that systemd finds nothing wrong with', async () => {
    const site = makeSite(
      {
        'server.js': '',
        'own.service':
          '[Unit]\nDescription=own\n[Service]\nExecStart=/usr/bin/env true\nWorkingDirectory=@current@\n',
      },
      {
        src: { node: false },
        roles: {
          web: {
            run: 'node server.js --percent 100%',
            socket: '127.0.0.1:9000',
            env: { A: 'with "quotes" and 5%' },
          },
          api: { run: 'node server.js', socket: true },
          nightly: { run: 'node server.js', schedule: '*-*-* 03:00' },
          own: { service: 'own.service' },
        },
      },
    )
    const debs = await site.build()
    const folder = temporaryFolder()
    for (const deb of debs) execFileSync('dpkg-deb', ['-x', deb, folder])
    const units = join(folder, 'lib/systemd/system')
    const names = execFileSync('ls', [units], { encoding: 'utf8' }).trim().split('\n')
    expect(names).toEqual([
      'drund-api-master.service',
      'drund-api-master.socket',
      'drund-nightly-master.service',
      'drund-nightly-master.timer',
      'drund-own-master.service',
      'drund-web-master.service',
      'drund-web-master.socket',
    ])
    const verify = `systemd-analyze verify --man=no ${names.map((name) => `'${units}/${name}'`).join(' ')} 2>&1 || true`
    const said = execFileSync('sh', ['-c', verify], { encoding: 'utf8' })
    expect(said.split('\n').filter((line) => line.includes(units))).toEqual([])
    expect(readFileSync(join(units, 'drund-web-master.service'), 'utf8')).toContain(
      'Environment="A=with \\"quotes\\" and 5%%"',
    )
  })
})
