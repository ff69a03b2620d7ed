import { execFileSync } from 'node:child_process'

import { describe, expect, test } from 'vitest'

import { buildPackages } from '../src/build.ts'
import { listed } from './support/packed.ts'
import { makeSite, temporaryFolder } from './support/site.ts'

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
    const [payload] = await buildPackages(context, { say: () => {} })
    expect(listed([payload?.file ?? ''])).toEqual(['.kovu/release', 'a.py', 'static/css/x.css'])
  })
})
