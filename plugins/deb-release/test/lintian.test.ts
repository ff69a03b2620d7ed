import { execFileSync, spawnSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { installPackage, makeSite } from './support/site.ts'

test('lintian finds no error and no warning in any kind of package', async () => {
  const site = makeSite(
    {
      'package.json': '{ "name": "drund", "dependencies": { "ws": "*" } }',
      'manage.py': '#!/usr/bin/env python3\n',
      'server.js': '#!/usr/bin/env node\n',
      'staticroot/lib/jquery.js': 'jQuery',
      'staticroot/page.html': '<img src="https://tracker.example.org/x.png">',
      'staticroot/fonts/x.ttf': 'font',
      'doc/LICENSE.txt': 'MIT',
      'n.conf': 'server { root @current@; }',
      'c.cron': '17 3 * * * www-data true\n',
    },
    {
      src: { checks: ['true'] },
      roles: {
        www: { run: 'node server.js', socket: true, nginx: 'n.conf' },
        cleanup: { run: 'node server.js', schedule: 'daily' },
        mail: { cron: 'c.cron' },
      },
    },
  )
  installPackage(site, 'ws')
  const debs = await site.build()
  expect(debs).toHaveLength(6)
  for (const deb of debs) execFileSync('dpkg-deb', ['-I', deb], { stdio: 'ignore' })
  const flags = [
    '--allow-root',
    '--no-cfg',
    '--fail-on',
    'error,warning',
    '--tag-display-limit',
    '0',
  ]
  const { stdout, stderr, status } = spawnSync('lintian', [...flags, ...debs], { encoding: 'utf8' })
  expect(stdout + stderr).toBe('')
  expect(status).toBe(0)
}, 120_000)
