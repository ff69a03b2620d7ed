import { execFileSync } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { DebReleaseOptions } from '../src/options.ts'
import { publish } from '../src/repository/publish.ts'
import { edit, makeDrund } from './support/drund.ts'
import { makeKey, signer } from './support/key.ts'
import { bootMachine, type Machine } from './support/machine.ts'
import { temporaryFolder } from './support/site.ts'
import { answerOf, type Load, type Visit, visitor } from './support/visits.ts'

// A real server: Debian with systemd, apt, nginx, gunicorn and Node, in a container of systemd's.
const possible =
  process.getuid?.() === 0 && isInstalled('systemd-nspawn') && isInstalled('mmdebstrap')

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.runIf(possible)('a server (needs root, systemd-container and mmdebstrap)', () => {
  const site = possible ? makeDrund() : undefined
  const repository = temporaryFolder()
  const roles = ['www', 'activity', 'worker', 'clean', 'mail'].map((role) => `drund-${role}-master`)
  let server: Machine

  async function release(build: number, options: DebReleaseOptions = {}): Promise<void> {
    if (site === undefined) return
    edit(site, build)
    const debs = await site.build({ version: build, ...options })
    await publish({ repository, suite: 'production', origin: 'drund', debs, keep: 5, sign: signer })
  }

  const update = (): Promise<string> =>
    server.must('apt-get update -q -o APT::Update::Error-Mode=any')
  const install = (words: string): Promise<string> => server.must(`apt-get install -y -q ${words}`)

  /** Asks the server from within. */
  async function visit(mode: 'get' | 'feed', url: string): Promise<Visit> {
    const child = server.inNetwork(process.execPath, [visitor, mode, url])
    return (await answerOf(child)) as Visit
  }

  const page = async (): Promise<string> => (await visit('get', 'http://127.0.0.1:8080/')).text
  /** The page as soon as it is of a build: a switch does not wait for what it restarts. */
  const pageOf = (build: number): Promise<void> =>
    expect.poll(page, { timeout: 30_000 }).toContain(`Django in r${build} `)

  /** How often systemd has started each role's service. */
  async function starts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const role of ['www', 'activity', 'worker']) {
      const lines = await server.run(
        `journalctl -q -o cat -u drund-${role}-master.service | grep -c '^Started'`,
      )
      counts[role] = Number(lines.output)
    }
    return counts
  }

  /** Visits pages while something happens. */
  async function underLoad(work: () => Promise<void>): Promise<Load> {
    const child = server.inNetwork(process.execPath, [visitor, 'load', 'http://127.0.0.1:8080'])
    const answer = answerOf(child)
    try {
      await work()
    } finally {
      child.stdin?.end()
    }
    return (await answer) as Load
  }

  beforeAll(async () => {
    makeKey()
    const released = release(100)
    // It is waited for below.
    released.catch(() => {})
    server = await bootMachine(repository)
    await released
    await server.must('install -d /etc/apt/keyrings && cp /srv/apt/drund.gpg /etc/apt/keyrings/')
    await server.must(
      'echo "deb [signed-by=/etc/apt/keyrings/drund.gpg] file:/srv/apt production main" > /etc/apt/sources.list.d/drund.list',
    )
    await server.must(
      "install -m 640 /dev/null /etc/default/drund-master && echo 'DRUND_SECRET_KEY=sesame-sesame' > /etc/default/drund-master",
    )
    await update()
  }, 600_000)
  afterAll(() => server?.halt())

  test('is empty: no compiler, no pip, no npm, no network', async () => {
    const { output } = await server.run(
      'for p in cc gcc pip pip3 npm python3 node nginx; do command -v $p; done; ls /sys/class/net',
    )
    expect(output).toBe('lo\n')
  })

  test('serves Django by gunicorn behind nginx, and a WebSocket by Node, after one apt-get install', async () => {
    await install(roles.join(' '))
    await pageOf(100)
    expect(await page()).toMatch(/^Django in r100 as \d+, secret of 13$/)
    expect(await page()).not.toContain('as 0,')
    const sheet = await visit('get', 'http://127.0.0.1:8080/static/app.100100100.css')
    expect(sheet).toEqual({ status: 200, text: '/* of r100 */' })
    await expect
      .poll(() => visit('feed', 'http://127.0.0.1:8080/feed'), { timeout: 30_000 })
      .toEqual({ status: 101, text: 'Node in r100' })
    expect(await server.must('kovu release list')).toMatch(
      /^drund\/master\n {2}r100 +\S+ \S+ current\n$/,
    )
    expect(await server.must('systemctl is-enabled drund-clean-master.timer')).toBe('enabled\n')
    await server.must('systemctl start drund-clean-master.service')
    expect(await server.must('cat /var/lib/drund/master/cleaned')).toBe('r100')
    expect(await server.must('cat /etc/cron.d/drund-mail-master')).toContain(
      'cd /opt/drund/master/current &&',
    )
  }, 240_000)

  test('finds its files as they were packed, and says which were edited', async () => {
    expect(
      (await server.run('dpkg -V $(dpkg-query -W -f "\\${Package} " "drund-*" kovu-release)'))
        .output,
    ).toBe('')
    await server.must('echo "# edited" >> /opt/drund/master/releases/r100/urls.py')
    expect((await server.run('dpkg -V drund-src-master-r100')).output).toMatch(
      /^\?\?5\?{6}.* \/opt\/drund\/master\/releases\/r100\/urls\.py\n$/,
    )
    await server.must(
      "sed -i '$d' /opt/drund/master/releases/r100/urls.py && dpkg -V drund-src-master-r100",
    )
  })

  test('goes to r101 without one failed request, each role restarted once, its package untouched', async () => {
    const before = await starts()
    await release(101)
    await update()
    const { requests, failures, builds } = await underLoad(async () => {
      await install('drund-src-master')
      await pageOf(101)
    })
    expect(failures).toEqual([])
    expect(requests).toBeGreaterThan(100)
    expect(builds).toEqual(['100', '101'])
    expect(
      await server.must("dpkg-query -W -f '${Version} ' drund-src-master drund-www-master"),
    ).toBe('101 100 ')
    await expect
      .poll(() => server.must('cat /var/lib/drund/master/worker.log'))
      .toBe('r100\nr101\n')
    const after = await starts()
    expect(after).toEqual({
      www: (before.www ?? 0) + 1,
      activity: (before.activity ?? 0) + 1,
      worker: (before.worker ?? 0) + 1,
    })
  }, 120_000)

  test('goes back by kovu release switch, and forth, without one failed request', async () => {
    const { failures, builds } = await underLoad(async () => {
      for (const build of [100, 101, 100]) {
        expect(
          await server.must(`kovu release switch ${build === 101 ? 'previous' : `r${build}`}`),
        ).toMatch(`-> r${build}\n`)
        await pageOf(build)
      }
    })
    expect(failures).toEqual([])
    expect(builds).toEqual(['100', '101'])
    expect(await server.must('readlink /opt/drund/master/current /opt/drund/master/previous')).toBe(
      'releases/r100\nreleases/r101\n',
    )
  }, 120_000)

  test('goes back by a downgrade, after which dpkg and the link agree', async () => {
    await server.must('kovu release switch r101')
    await install('--allow-downgrades drund-src-master=100')
    await pageOf(100)
    expect(await server.must("dpkg-query -W -f '${Version}' drund-src-master")).toBe('100')
    await install('drund-src-master')
    await pageOf(101)
  }, 120_000)

  test('keeps what it may go back to when apt removes what nothing needs', async () => {
    const { output } = await server.run('apt-get autoremove -y -q')
    expect(output).not.toContain('drund-src-master-r')
    await server.must('dpkg -s drund-src-master-r100')
  })

  test('stays where it is held, through a reinstallation and a new release', async () => {
    expect(await server.must('kovu release hold r100')).toContain('drund/master stays at r100')
    await install('--reinstall drund-src-master')
    expect(await server.must('readlink /opt/drund/master/current')).toBe('releases/r100\n')
    await release(102)
    await update()
    expect(await install('drund-src-master')).toContain(
      'drund/master is held at r100: r102 is installed, and not switched to',
    )
    expect(await server.must('kovu release list')).toMatch(
      /r102 .*\n.*r101 .*\n.*r100 .* current held\n$/,
    )
    expect(await server.must('kovu release unhold')).toContain('held no longer')
    // The roles are upgraded in the same run in which the release is switched to: restarted once all the same.
    const before = await starts()
    await install('--reinstall drund-src-master drund-www-master drund-worker-master')
    await pageOf(102)
    await expect.poll(starts).toEqual({
      ...before,
      www: (before.www ?? 0) + 1,
      worker: (before.worker ?? 0) + 1,
      activity: (before.activity ?? 0) + 1,
    })
  }, 120_000)

  test('does not switch to a release whose nginx configuration or check fails', async () => {
    const folder = '/opt/drund/master/releases/r102'
    await server.must('kovu release switch r101 && rm /opt/drund/master/.checked-r102')
    await server.must(`sed -i s/listen/listn/ ${folder}/.kovu/www.nginx`)
    const red = await server.run('apt-get install -y -q --reinstall drund-src-master')
    expect(red.status).not.toBe(0)
    expect(red.output).toMatch(/unknown directive "listn" in .*\/etc\/nginx\/conf\.d/)
    expect(red.output).toContain(
      'nginx does not accept the configuration of r102; drund/master stays at r101 (KOVU_RELEASE_CHECK)',
    )
    expect(await server.must('readlink /opt/drund/master/current')).toBe('releases/r101\n')

    await server.must(`sed -i s/listn/listen/ ${folder}/.kovu/www.nginx; touch ${folder}/broken`)
    const again = await server.run('dpkg --configure -a')
    expect(again.status).not.toBe(0)
    expect(again.output).toContain('the check of this build fails')
    expect(again.output).toContain(
      '`python check.py` fails in r102; drund/master stays at r101 (KOVU_RELEASE_CHECK)',
    )
    await pageOf(101)

    await server.must(`rm ${folder}/broken && dpkg --configure -a`)
    await pageOf(102)
    expect((await server.run('dpkg --audit')).output).toBe('')
  }, 180_000)

  test('refuses an index that was tampered with, and one that another key signed', async () => {
    const dist = join(repository, 'dists/production')
    const hashed = join(dist, 'main/binary-amd64/by-hash/SHA256')
    const names = [
      ...readdirSync(hashed).map((name) => join(hashed, name)),
      join(dist, 'main/binary-amd64/Packages'),
      join(dist, 'main/binary-amd64/Packages.gz'),
    ]
    const contents = names.map((name) => readFileSync(name))
    const inRelease = readFileSync(join(dist, 'InRelease'), 'utf8')
    try {
      await server.must('rm -rf /var/lib/apt/lists/_srv*')
      for (const name of names) appendFileSync(name, '\n')
      await expect(update()).rejects.toThrow(/Hash Sum mismatch|unexpected size/)
      writeFileSync(join(dist, 'InRelease'), inRelease.replace('Origin: drund', 'Origin: grund'))
      await expect(update()).rejects.toThrow(/BADSIG|not valid|invalid/i)
    } finally {
      for (const [at, name] of names.entries()) writeFileSync(name, contents[at] ?? '')
      writeFileSync(join(dist, 'InRelease'), inRelease)
    }
    await update()
  }, 60_000)

  test('purges old releases, but none that is current, previous, held or depended on', async () => {
    await server.must('kovu release switch r100 && kovu release hold r101')
    expect(await server.must('kovu release gc --keep 1')).toContain('nothing to purge')
    await server.must('kovu release unhold && kovu release switch r102')
    expect(await server.must('kovu release gc --keep 1')).toContain(
      'Removing drund-src-master-r100',
    )
    expect(await server.must('kovu release list')).toMatch(
      /^drund\/master\n {2}r102 .* current\n {2}r101 .* previous\n$/,
    )
    expect(await server.must('ls /opt/drund/master/releases')).toBe('r101\nr102\n')
  }, 60_000)

  test('runs the newest other release when the current one is torn out', async () => {
    await server.must('dpkg --purge --force-depends drund-src-master-r102')
    expect(await server.must('readlink /opt/drund/master/current')).toBe('releases/r101\n')
    await pageOf(101)
    await install('-f --reinstall drund-src-master drund-src-master-r102')
    await pageOf(102)
  }, 120_000)

  test.each([
    [
      'switch r999',
      1,
      'r999 of drund/master is not installed; there is: r102 r101  (KOVU_RELEASE_UNKNOWN)',
    ],
    ['switch', 2, 'which release?'],
    ['switch ../../etc', 2, 'is no site'],
    ['switch "r1; rm -rf /"', 2, 'is neither a site nor a release'],
    [
      'switch other/master r1',
      1,
      'there is no site other/master on this server; it has: drund/master  (KOVU_RELEASE_SITE)',
    ],
    ['gc --keep 0', 2, '--keep wants a number'],
    ['frobnicate', 2, 'there is no command frobnicate'],
    ['--help', 0, 'usage: kovu release list'],
  ])('answers kovu release %s', async (words, status, sentence) => {
    const answer = await server.run(`kovu release ${words}`)
    expect(answer.output).toContain(sentence)
    expect(answer.status).toBe(status)
  })

  test('lets no two switches run at once, and nobody but root', async () => {
    const busy = await server.run(
      [
        'lock=/opt/drund/master/.lock; flock -o $lock sleep 120 >/dev/null 2>&1 & holder=$!',
        'while flock -n $lock true; do sleep 0.1; done',
        'sed -i.bak "s/1-30/1-1/" /usr/lib/kovu/site.sh',
        'kovu release switch r101; status=$?',
        'mv /usr/lib/kovu/site.sh.bak /usr/lib/kovu/site.sh; kill $holder; exit $status',
      ].join('\n'),
    )
    expect(busy.output).toContain(
      'another kovu release is at work on drund/master (KOVU_RELEASE_LOCKED)',
    )
    expect(busy.status).toBe(1)
    const nobody = await server.run('runuser -u www-data -- kovu release switch r101')
    expect(nobody.output).toContain('(KOVU_RELEASE_ROOT)')
  })

  test('keeps its data when everything is removed and purged', async () => {
    await server.must('apt-get remove -y -q drund-www-master')
    expect(
      (
        await server.run(
          'ls /etc/nginx/conf.d; systemctl is-active drund-www-master.service drund-www-master.socket',
        )
      ).output,
    ).toBe('inactive\ninactive\n')
    await server.must("apt-get purge -y -q 'drund-*' kovu-release")
    expect(await server.must('cat /var/lib/drund/master/cleaned')).toBe('r100')
    expect(
      (
        await server.run(
          'ls -d /opt/drund /usr/lib/kovu; find /etc /lib/systemd /usr/share /usr/lib -name "*drund-*" -not -path "/etc/default/*"',
        )
      ).output,
    ).toBe(
      "ls: cannot access '/opt/drund': No such file or directory\nls: cannot access '/usr/lib/kovu': No such file or directory\n",
    )
    expect(await server.must('cat /etc/default/drund-master')).toContain('sesame')
  }, 120_000)
})
