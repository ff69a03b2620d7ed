import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { beforeAll, describe, expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { makeApt } from './support/apt.ts'
import { codeOfPromise } from './support/code.ts'
import { makeKey, signer } from './support/key.ts'
import { build, deb, into, treeOf, versionsIn } from './support/repository.ts'
import { temporaryFolder } from './support/site.ts'

beforeAll(() => makeKey())

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
