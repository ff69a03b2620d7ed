/**
 * Packages, index and switch against Debian's own tools, in one run:
 * `make static && npx vitest bench --project unit bench/deb-release --run`. The switch needs root, systemd-container and mmdebstrap.
 *
 * Targets: packages of the playground < 2 s; index of 500 packages < 1 s; switch and rollback < 0.5 s; no failed request.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { afterAll, bench, describe } from 'vitest'

import { buildPackages } from '../plugins/deb-release/src/build.ts'
import { Context } from '../plugins/deb-release/src/context.ts'
import { writeDeb } from '../plugins/deb-release/src/deb/write.ts'
import { resolveOptions } from '../plugins/deb-release/src/options.ts'
import { publish } from '../plugins/deb-release/src/repository/publish.ts'
import { edit, makeDrund } from '../plugins/deb-release/test/support/drund.ts'
import { makeKey, signer } from '../plugins/deb-release/test/support/key.ts'
import { bootMachine, type Machine } from '../plugins/deb-release/test/support/machine.ts'
import { temporaryFolder } from '../plugins/deb-release/test/support/site.ts'
import { answerOf, type Load, visitor } from '../plugins/deb-release/test/support/visits.ts'

const few = { iterations: 5, time: 0, warmupIterations: 1, warmupTime: 0 }
process.setMaxListeners(0)

/** Asks the server for a page, on the server. */
const page = `node -e 'fetch("http://127.0.0.1:8080/").then((r) => r.text()).then(console.log)'`

const build = playgroundPackages()
const tree = temporaryFolder()
await build()
const debs = resolve(import.meta.dirname, '../playground/dist/deb')
const payload = readdirSync(debs).find((name) => name.includes('-r1_')) ?? ''
execFileSync('dpkg-deb', ['-R', join(debs, payload), tree])

describe('packages of the playground, from what static and settings left', () => {
  bench('kovu deb: all packages, found, checked and written', async () => void (await build()), few)
  for (const level of ['6', '3']) {
    const flags = ['--root-owner-group', '-Zgzip', `-z${level}`, '--build', tree, `${tree}.deb`]
    bench(
      `dpkg-deb: the largest of them, from a tree that is laid out, gzip -${level}`,
      () => {
        execFileSync('dpkg-deb', flags, { stdio: 'ignore' })
      },
      few,
    )
  }
})

const pool = join(temporaryFolder(), 'pool')
mkdirSync(pool)
const files: string[] = []
for (let at = 0; at < 500; at += 1) files.push(await smallPackage(`drund-p${at}-master`, 1))
for (const file of files) cpSync(file, join(pool, file.slice(file.lastIndexOf('/') + 1)))
const kept = temporaryFolder()
await into(kept, files)
let version = 1

describe('a repository of 500 packages', () => {
  bench('kovu publish: all 500 into an empty one', () => into(temporaryFolder(), files), few)
  bench(
    'kovu publish: one more',
    async () => {
      version += 1
      await into(kept, [await smallPackage('drund-p0-master', version)])
    },
    few,
  )
  bench(
    'apt-ftparchive: the index alone, for two architectures',
    () => {
      for (let at = 0; at < 2; at += 1)
        execFileSync('apt-ftparchive', ['packages', pool], { stdio: 'ignore' })
    },
    few,
  )
})

if (process.getuid?.() === 0) {
  const server = await bootDrund()
  const times: number[] = []
  let visits: { load: Promise<Load>; stop: () => void } | undefined
  afterAll(async () => {
    visits?.stop()
    const load = await visits?.load
    const [median] = times.toSorted((a, b) => a - b).slice(times.length / 2)
    console.log(
      `${times.length} switches, the median in ${Math.round(median ?? 0)} ms: ${load?.requests} requests, ${load?.failures.length} failed, pages of r${load?.builds.join(' and r')}`,
    )
    for (const failure of load?.failures ?? []) console.log(failure)
    await server.halt()
  }, 60_000)

  describe('the switch on a server, under load', () => {
    const twenty = { iterations: 20, time: 0, warmupIterations: 0, warmupTime: 0 }
    bench(
      'kovu release switch previous, and the first page of it',
      async () => {
        visits ??= visit(server)
        const from = performance.now()
        const said = await server.must('kovu release switch previous')
        times.push(performance.now() - from)
        // A switch that no visitor saw would prove nothing.
        const build = /-> (r\d+)/.exec(said)?.[1] ?? ''
        while (!(await server.must(page)).includes(`Django in ${build} `)) await pause(20)
      },
      twenty,
    )
  })
}

/** Writes the playground's packages, as its Vite config describes them. */
function playgroundPackages(): () => Promise<unknown> {
  const playground = resolve(import.meta.dirname, '../playground')
  if (!existsSync(join(playground, 'staticroot'))) throw new Error('first: make static')
  const context = new Context(
    resolveOptions({
      branch: 'master',
      version: 1,
      src: { files: ['!legacy/**'], node: ['ws'] },
      roles: {
        www: {
          run: 'gunicorn --workers 2 drund.wsgi',
          socket: '127.0.0.1:8000',
          nginx: 'deploy/nginx.conf',
        },
        activity: { run: 'node activity/server.js' },
      },
    }),
  )
  context.start(playground)
  return () => buildPackages(context, { say: () => {} })
}

async function smallPackage(name: string, number: number): Promise<string> {
  const file = join(temporaryFolder(), `${name}_${number}_all.deb`)
  const Description = 'a small package\nof a repository with many'
  const control = {
    Package: name,
    Version: String(number),
    Architecture: 'all',
    Maintainer: 'A <a@b.c>',
    Description,
  }
  const entries = [
    { kind: 'file', path: `opt/${name}`, content: Buffer.alloc(20_000, name) } as const,
  ]
  await writeDeb(file, { control, entries }, { epoch: number })
  return file
}

async function into(repository: string, packages: readonly string[]): Promise<void> {
  await publish({
    repository,
    suite: 'x',
    origin: 'drund',
    debs: packages,
    keep: 5,
    sign: undefined,
  })
}

/** A server with two releases of a site. */
async function bootDrund(): Promise<Machine> {
  makeKey()
  const repository = temporaryFolder()
  const site = makeDrund()
  for (const build of [100, 101]) {
    edit(site, build)
    const packages = await site.build({ version: build })
    await publish({
      repository,
      suite: 'production',
      origin: 'drund',
      debs: packages,
      keep: 5,
      sign: signer,
    })
  }
  const server = await bootMachine(repository)
  await server.must(
    'echo "deb [signed-by=/srv/apt/drund.gpg] file:/srv/apt production main" > /etc/apt/sources.list.d/drund.list; echo DRUND_SECRET_KEY=sesame > /etc/default/drund-master',
  )
  await server.must('apt-get update -q')
  const roles = ['www', 'activity', 'worker'].map((role) => `drund-${role}-master`).join(' ')
  await server.must(`apt-get install -y -q drund-src-master-r100 ${roles}`)
  await server.must('kovu release switch r100 && kovu release switch r101')
  while (!(await server.must(page)).includes('Django in r101 ')) await pause(100)
  return server
}

function visit(server: Machine): { load: Promise<Load>; stop: () => void } {
  const child = server.inNetwork(process.execPath, [visitor, 'load', 'http://127.0.0.1:8080'])
  return { load: answerOf(child) as Promise<Load>, stop: () => child.stdin?.end() }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
