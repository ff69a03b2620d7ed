import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { codeOfPromise } from './support/code.ts'
import { makeSite, temporaryFolder } from './support/site.ts'

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
