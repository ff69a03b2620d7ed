import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { architectureOf } from '../src/payload/architecture.ts'
import { nodeModules } from '../src/payload/node-modules.ts'
import { walk } from '../src/payload/walk.ts'
import { codeOf, codeOfPromise } from './support/code.ts'
import { field, listed, unpack } from './support/packed.ts'
import { makeSite, temporaryFolder, type TestSite } from './support/site.ts'

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
    const mac = { platform: 'darwin', arch: 'arm64' }
    const compiled = [{ kind: 'file', path: 'x.node', content: Buffer.alloc(0) } as const]
    expect(codeOf(() => architectureOf(compiled, mac))).toBe('DEB_RELEASE_NODE')
  })
})

describe('the virtual environment', { timeout: 120_000 }, () => {
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
