import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { beforeAll, describe, expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { publish, type PublishResult } from '../src/repository/publish.ts'
import { publishTarget } from '../src/targets.ts'
import { type Apt, makeApt } from './support/apt.ts'
import { codeOfPromise } from './support/code.ts'
import { makeKey, signer } from './support/key.ts'
import { makeSite, temporaryFolder } from './support/site.ts'

/** A small package of a name and version. */
async function deb(
  name: string,
  version: string,
  more: { text?: string; architecture?: string; epoch?: number } = {},
): Promise<string> {
  const { text = version, architecture = 'all', epoch = 1_700_000_000 } = more
  const file = join(temporaryFolder(), `${name}_${version}_${architecture}.deb`)
  const control = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: 'A <a@b.c>',
    Description: `${name}\nlonger`,
  }
  const entries = [{ kind: 'file', path: `opt/${name}`, content: Buffer.from(text) } as const]
  await writeDeb(file, { control, entries }, { epoch })
  return file
}

async function build(number: number): Promise<string[]> {
  const names = [`drund-src-master-r${number}`, 'drund-src-master', 'drund-www-master']
  return Promise.all(
    names.map((name) => deb(name, String(number), { epoch: 1_700_000_000 + number })),
  )
}

interface Options {
  keep?: number
  suite?: string
  sign?: string | undefined
}
const into = (
  repository: string,
  debs: readonly string[],
  { keep = 5, suite = 'production', sign }: Options = {},
): Promise<PublishResult> => publish({ repository, suite, origin: 'drund', debs, keep, sign })

const debsIn = (repository: string): string[] =>
  readdirSync(join(repository, 'pool/main/d/drund')).toSorted()

/** Every file of a tree with its content. */
function treeOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length),
      readFileSync(join(parentPath, name), 'base64'),
    ]),
  )
}

/** The versions that apt knows of, as it lists them. */
function versionsIn(apt: Apt): string[] {
  const table = apt.run('apt-cache', 'madison', 'drund-src-master')
  return [...table.matchAll(/\| +(\d+) \|/g)].map(([, version = '']) => version)
}

beforeAll(() => makeKey())

describe('a repository', () => {
  test('is read by apt: every version that is kept, and the newest first', async () => {
    const repository = temporaryFolder()
    for (const number of [98, 99, 100, 101])
      await into(repository, await build(number), { keep: 3, sign: signer })
    const apt = makeApt(repository, 'production', `signed-by=${repository}/drund.gpg`)
    apt.run('apt-get', 'update')
    expect(versionsIn(apt)).toEqual(['101', '100', '99'])
    expect(apt.run('apt-cache', 'pkgnames', 'drund-src').trim().split('\n').toSorted()).toEqual([
      'drund-src-master',
      'drund-src-master-r100',
      'drund-src-master-r101',
      'drund-src-master-r99',
    ])
    apt.run('apt-get', 'install', '-y', '--download-only', 'drund-src-master-r100')
  })

  test('has the index that apt-ftparchive would write', async () => {
    const repository = temporaryFolder()
    await into(repository, [
      ...(await build(100)),
      await deb('drund-native', '1', { architecture: 'amd64' }),
    ])
    const theirs = execFileSync('apt-ftparchive', ['packages', 'pool'], {
      cwd: repository,
      encoding: 'utf8',
    })
    const ours = readFileSync(
      join(repository, 'dists/production/main/binary-amd64/Packages'),
      'utf8',
    )
    const sort = (text: string): string[] =>
      text
        .trim()
        .split('\n\n')
        .map((paragraph) =>
          paragraph
            .split('\n')
            .filter((line) => !/^(?:SHA512|X-Kovu-Time|Installed-Size):/.test(line))
            .toSorted()
            .join('\n'),
        )
        .toSorted((a, b) => (a < b ? -1 : 1))
    expect(sort(ours)).toEqual(sort(theirs))
    expect(
      readFileSync(join(repository, 'dists/production/main/binary-arm64/Packages'), 'utf8'),
    ).not.toContain('drund-native')
  })

  test('has the same bytes, signature and all, when the same is published again elsewhere', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    const builds = [await build(100), await build(101)]
    for (const repository of [one, two])
      for (const debs of builds) await into(repository, debs, { sign: signer })
    expect(treeOf(two)).toEqual(treeOf(one))
    execFileSync('gpg', ['--verify', join(one, 'dists/production/InRelease')], { stdio: 'ignore' })
    const before = treeOf(one)
    expect(await into(one, builds[1] ?? [], { sign: signer })).toEqual({
      added: [],
      dropped: [],
      changed: false,
    })
    expect(treeOf(one)).toEqual(before)
  })

  test('keeps suites apart, and a package that one of them still has', async () => {
    const repository = temporaryFolder()
    await into(repository, await build(100))
    await into(repository, [await deb('drund-src-develop', '7')], { suite: 'staging' })
    for (const number of [101, 102, 103]) await into(repository, await build(number), { keep: 1 })
    expect(debsIn(repository)).toContain('drund-src-develop_7_all.deb')
    const apt = makeApt(repository, 'staging', 'trusted=yes')
    apt.run('apt-get', 'update')
    expect(apt.run('apt-cache', 'pkgnames').trim()).toBe('drund-src-develop')
  })

  test('drops old versions from the index at once, and their files five publications later', async () => {
    const repository = temporaryFolder()
    const file = 'drund-src-master-r100_100_all.deb'
    await into(repository, await build(100), { keep: 1 })
    const { dropped } = await into(repository, await build(101), { keep: 1 })
    expect(dropped.map(({ name }) => name).toSorted()).toEqual([
      'drund-src-master',
      'drund-src-master-r100',
      'drund-www-master',
    ])
    for (const number of [102, 103, 104]) {
      await into(repository, await build(number), { keep: 1 })
      expect(debsIn(repository)).toContain(file)
    }
    await into(repository, await build(105), { keep: 1 })
    expect(debsIn(repository)).not.toContain(file)
    expect(debsIn(repository)).toContain('drund-src-master-r101_101_all.deb')
  })

  test('is never seen half-written by apt while it is published to', async () => {
    const repository = temporaryFolder()
    await into(repository, await build(1), { sign: signer })
    const apt = makeApt(repository, 'production', `signed-by=${repository}/drund.gpg`)
    const seen = new Set<string>()
    const builds = await Promise.all(Array.from({ length: 12 }, (_, at) => build(at + 2)))
    const state = { publishing: true, updates: 0 }
    const publisher = (async () => {
      for (const debs of builds) {
        const { updates } = state
        await into(repository, debs, { keep: 2, sign: signer })
        // As often as a reader can be overtaken, and no more often than that.
        while (state.updates === updates) await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })().finally(() => (state.publishing = false))
    while (state.publishing) {
      state.updates += 1
      const { status, output } = await apt.tries('update')
      expect(output).not.toMatch(/Hash Sum mismatch|NO_PUBKEY|BADSIG/)
      expect(status).toBe(0)
      seen.add(versionsIn(apt)[0] ?? 'none')
    }
    await publisher
    expect(seen.size).toBeGreaterThan(3)
    expect(seen.has('none')).toBe(false)
  })
})

describe('nothing is published', () => {
  /** What a repository holds before, to be compared with afterwards. */
  async function untouched(
    work: (repository: string) => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const repository = temporaryFolder()
    await into(repository, await build(100), { sign: signer })
    const before = treeOf(repository)
    const code = await work(repository)
    expect(treeOf(repository)).toEqual(before)
    return code
  }

  test('when gpg is missing, or has no such key', async () => {
    const debs = await build(101)
    const publishing = (sign: string) => async (repository: string) =>
      codeOfPromise(into(repository, debs, { sign }))
    const withoutGpg = async (repository: string): Promise<string | undefined> => {
      const path = process.env.PATH
      process.env.PATH = temporaryFolder()
      try {
        return await publishing(signer)(repository)
      } finally {
        process.env.PATH = path
      }
    }
    expect(await untouched(withoutGpg)).toBe('DEB_RELEASE_SIGN')
    expect(await untouched(publishing('nobody@example.org'))).toBe('DEB_RELEASE_SIGN')
    expect(await untouched(publishing('--help'))).toBe('DEB_RELEASE_SIGN')
  })

  test('when the version is there with another content, in this suite or in another', async () => {
    const other = await deb('drund-src-master', '100', { text: 'other' })
    for (const suite of ['production', 'staging']) {
      const publishing = async (repository: string): Promise<string | undefined> =>
        codeOfPromise(into(repository, [other], { suite, sign: signer }))
      expect(await untouched(publishing)).toBe('DEB_RELEASE_PUBLISHED')
    }
  })

  test('when a package is damaged', async () => {
    const file = join(temporaryFolder(), 'x_1_all.deb')
    writeFileSync(file, 'no package')
    const debs = [...(await build(101)), file]
    const publishing = async (repository: string): Promise<string | undefined> =>
      codeOfPromise(into(repository, debs, { sign: signer }))
    expect(await untouched(publishing)).toBe('DEB_RELEASE_READ')
  })

  test('when another run is publishing; a lock that a dead one left is taken over', async () => {
    const repository = temporaryFolder()
    writeFileSync(join(repository, '.lock'), `${hostname()} ${process.pid}\n`)
    expect(await codeOfPromise(into(repository, await build(100)))).toBe('DEB_RELEASE_LOCKED')
    writeFileSync(join(repository, '.lock'), 'another-host 1\n')
    expect(await codeOfPromise(into(repository, await build(100)))).toBe('DEB_RELEASE_LOCKED')
    // No process has this number: Linux counts to 2^22.
    writeFileSync(join(repository, '.lock'), `${hostname()} 4194305\n`)
    expect((await into(repository, await build(100))).changed).toBe(true)
    expect(existsSync(join(repository, '.lock'))).toBe(false)
  })

  test('into the repository of another tool, or a damaged one', async () => {
    const repository = temporaryFolder()
    mkdirSync(join(repository, 'dists/production'), { recursive: true })
    writeFileSync(
      join(repository, 'dists/production/Release'),
      'Origin: reprepro\nDate: Thu, 26 Nov 2026 10:35:10 UTC\n',
    )
    expect(await codeOfPromise(into(repository, await build(100)))).toBe('DEB_RELEASE_REPOSITORY')
    const damaged = temporaryFolder()
    await into(damaged, await build(100))
    rmSync(join(damaged, 'dists/production/main/binary-amd64/by-hash'), { recursive: true })
    expect(await codeOfPromise(into(damaged, await build(101)))).toBe('DEB_RELEASE_REPOSITORY')
  })

  test('after a run that died before InRelease: the next one goes on from what readers see', async () => {
    const repository = temporaryFolder()
    await into(repository, await build(100), { sign: signer })
    // What a dead run leaves: packages and indexes that nothing names.
    writeFileSync(join(repository, 'dists/production/main/binary-amd64/Packages'), 'half')
    writeFileSync(join(repository, 'pool/main/d/drund/drund-src-master_101_all.deb'), 'half')
    await into(repository, await build(101), { sign: signer })
    const apt = makeApt(repository, 'production', `signed-by=${repository}/drund.gpg`)
    apt.run('apt-get', 'update')
    apt.run('apt-get', 'install', '-y', '--download-only', 'drund-src-master')
    expect(versionsIn(apt)).toEqual(['101', '100'])
  })
})

describe.runIf(process.getuid?.() === 0)('on a full disk (needs root for a small one)', () => {
  /** A file system of so many KiB, for one piece of work. */
  async function onDisk(size: number, work: (folder: string) => Promise<void>): Promise<void> {
    const folder = temporaryFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k,mode=755`, 'tmpfs', folder])
    try {
      await work(folder)
    } finally {
      execFileSync('umount', [folder])
    }
  }
  const noise = (length: number): string =>
    Array.from({ length }, () => Math.random().toString(36)).join('')

  test('a package is not written, the one of before stays, and nothing is left lying about', async () => {
    await onDisk(512, async (folder) => {
      const file = join(folder, 'x_1_all.deb')
      const pack = (text: string): Promise<number> =>
        writeDeb(
          file,
          {
            control: { Package: 'x' },
            entries: [{ kind: 'file', path: 'x', content: Buffer.from(text) }],
          },
          { epoch: 0 },
        )
      await pack('small')
      const before = readFileSync(file)
      expect(await codeOfPromise(pack(noise(60_000)))).toBe('DEB_RELEASE_DISK')
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(readdirSync(folder)).toEqual(['x_1_all.deb'])
    })
  })

  test('nothing is published, and readers find everything as it was', async () => {
    await onDisk(600, async (repository) => {
      await into(repository, await build(100), { sign: signer })
      const before = treeOf(repository)
      const large = await deb('drund-src-master-r101', '101', { text: noise(80_000) })
      expect(
        await codeOfPromise(
          into(repository, [await deb('drund-src-master', '101'), large], { sign: signer }),
        ),
      ).toBe('DEB_RELEASE_DISK')
      const after = treeOf(repository)
      for (const [path, content] of Object.entries(before))
        expect([path, after[path] === content]).toEqual([path, true])
      expect(Object.keys(after).filter((path) => path.endsWith('.tmp'))).toEqual([])
      const apt = makeApt(repository, 'production', `signed-by=${repository}/drund.gpg`)
      apt.run('apt-get', 'update')
      expect(apt.run('apt-cache', 'madison', 'drund-src-master')).not.toContain('101')
    })
  })
})

test('a folder that cannot be made is named', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(await codeOfPromise(into(join(file, 'apt'), await build(100)))).toBe('DEB_RELEASE_WRITE')
})

test('a file of 2 GB is packed in constant memory', async () => {
  const folder = temporaryFolder()
  execFileSync('truncate', ['-s', '2G', join(folder, 'big')])
  const content = { file: join(folder, 'big'), size: 2 ** 31 }
  const before = process.memoryUsage().rss
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20)
  const deb = join(folder, 'x_1_all.deb')
  try {
    await writeDeb(
      deb,
      {
        control: { Package: 'x', Version: '1' },
        entries: [{ kind: 'file', path: 'big', content }],
      },
      { epoch: 0 },
    )
  } finally {
    clearInterval(watch)
  }
  expect(most).toBeLessThan(300e6)
  const size = execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile ${deb} | tail -c +1 | wc -c`], {
    encoding: 'utf8',
  })
  expect(Number(size)).toBe(2 ** 31 + 4 * 512)
}, 120_000)

describe('the publish target', () => {
  const log = {
    lines: [] as string[],
    info: (line: string) => void log.lines.push(line),
    warn: (line: string) => void log.lines.push(line),
    error: (line: string) => void log.lines.push(line),
  }
  const target = {
    mode: 'production',
    force: false,
    signal: new AbortController().signal,
    log,
    input: () => {},
    output: () => {},
    build: () => Promise.resolve(),
  }

  test('publishes what deb wrote, says what it did, and says that nothing is signed', async () => {
    const site = makeSite({ 'a.py': '' })
    const run = (options = {}): Promise<void> =>
      publishTarget(site.context(options)).run({ ...target, root: site.root })
    expect(await codeOfPromise(run())).toBe('DEB_RELEASE_MISSING')
    await site.build()
    log.lines.length = 0
    await run()
    expect(log.lines[0]).toBe('3 packages published to production')
    expect(log.lines[1]).toContain('not signed')
    await run()
    expect(log.lines[2]).toBe('production has these packages already')
    await site.build({ version: 101 })
    expect(readdirSync(site.path('dist/deb')).toSorted()).toEqual([
      'drund-src-master-r101_101_all.deb',
      'drund-src-master_101_all.deb',
      expect.stringMatching(/^kovu-release_/),
    ])
    await run({ version: 101 })
    expect(debsIn(site.path('dist/apt'))).toHaveLength(5)
  })

  test('publishes a feature branch only when asked', async () => {
    const site = makeSite({ 'a.py': '' }, { branch: 'feature/x' })
    await site.build()
    log.lines.length = 0
    const run = (): Promise<void> =>
      publishTarget(site.context()).run({ ...target, root: site.root })
    await run()
    expect(log.lines).toEqual([
      'The branch feature-x has no channel: nothing is published. KOVU_CHANNEL=feature-x kovu publish does it all the same.',
    ])
    expect(existsSync(site.path('dist/apt'))).toBe(false)
    process.env.KOVU_CHANNEL = 'preview'
    try {
      await run()
    } finally {
      delete process.env.KOVU_CHANNEL
    }
    expect(readdirSync(site.path('dist/apt/dists'))).toEqual(['preview'])
  })
})
