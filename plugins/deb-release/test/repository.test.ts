import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, test } from 'vitest'

import { makeApt } from './support/apt.ts'
import { makeKey, signer } from './support/key.ts'
import { build, deb, debsIn, into, treeOf, versionsIn } from './support/repository.ts'
import { temporaryFolder } from './support/site.ts'

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
  }, 120_000)
})
