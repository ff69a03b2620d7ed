import { execFileSync } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { arHeader } from '../src/deb/ar.ts'
import { createCompressor, inline } from '../src/deb/compressor.ts'
import { printFields, readParagraphs } from '../src/deb/control.ts'
import { isDense } from '../src/deb/density.ts'
import { arrange, type Entry } from '../src/deb/entry.ts'
import { readDeb } from '../src/deb/read.ts'
import { tarHeader } from '../src/deb/tar.ts'
import { type DebPackage, writeDeb } from '../src/deb/write.ts'
import { walk } from '../src/payload/walk.ts'
import { codeOf, codeOfPromise } from './support/code.ts'
import { temporaryFolder } from './support/site.ts'

const control = {
  Package: 'x',
  Version: '1',
  Architecture: 'all',
  Maintainer: 'A <a@b.c>',
  Description: 'short\nlong\n\nlonger',
}
const epoch = 1_700_000_000
const file = (path: string, content: string | Uint8Array, executable?: boolean): Entry => ({
  kind: 'file',
  path,
  content: Buffer.from(content),
  ...(executable !== undefined && { executable }),
})

async function write(debPackage: Partial<DebPackage>, name = 'x.deb'): Promise<string> {
  const deb = join(temporaryFolder(), name)
  await writeDeb(deb, { control, entries: [], ...debPackage }, { epoch })
  return deb
}

const dpkg = (...args: string[]): string =>
  execFileSync('dpkg-deb', args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  })

describe('a package', () => {
  test('is read by dpkg-deb with everything that was put in', async () => {
    const deb = await write({
      scripts: { postinst: '#!/bin/sh\nset -e\n' },
      triggers: 'interest-noawait x\n',
      conffiles: ['etc/x.conf'],
      entries: [file('etc/x.conf', 'a'), file('opt/x/b', '#!/bin/sh\n'), file('opt/x/a', '')],
    })
    expect(dpkg('-f', deb, 'Package', 'Version', 'Installed-Size', 'Description')).toBe(
      'Package: x\nVersion: 1\nInstalled-Size: 5\nDescription: short\n long\n .\n longer\n',
    )
    const out = temporaryFolder()
    dpkg('-e', deb, out)
    const info = (name: string): string => readFileSync(join(out, name), 'utf8')
    expect(info('conffiles')).toBe('/etc/x.conf\n')
    expect(info('triggers')).toBe('interest-noawait x\n')
    expect(info('md5sums')).toBe(
      'd41d8cd98f00b204e9800998ecf8427e  opt/x/a\n3e2b31c72181b87149ff995e7202c0e3  opt/x/b\n',
    )
    expect(statSync(join(out, 'postinst')).mode & 0o777).toBe(0o755)
    expect(statSync(join(out, 'control')).mode & 0o777).toBe(0o644)
  })

  test('lists parents first, owners as root, the time given and modes told by content', async () => {
    const elf = Buffer.from([0x7f, 0x45, 0x4c, 0x46])
    const deb = await write({
      entries: [
        file('opt/b/run', '#!/usr/bin/env python3\n'),
        file('opt/b/lib.so.1', elf),
        file('opt/b/prog', elf),
        file('opt/b-c', 'text'),
        { kind: 'link', path: 'opt/b/link', target: '../b-c' },
        { kind: 'folder', path: 'opt/empty' },
      ],
    })
    const lines = dpkg('-c', deb).trim().split('\n')
    expect(
      lines.map((line) => line.replaceAll(/ +/g, ' ').replace('2023-11-14 22:13', '@')),
    ).toEqual([
      'drwxr-xr-x root/root 0 @ ./',
      'drwxr-xr-x root/root 0 @ ./opt/',
      'drwxr-xr-x root/root 0 @ ./opt/b/',
      '-rw-r--r-- root/root 4 @ ./opt/b-c',
      '-rw-r--r-- root/root 4 @ ./opt/b/lib.so.1',
      'lrwxrwxrwx root/root 0 @ ./opt/b/link -> ../b-c',
      '-rwxr-xr-x root/root 4 @ ./opt/b/prog',
      '-rwxr-xr-x root/root 23 @ ./opt/b/run',
      'drwxr-xr-x root/root 0 @ ./opt/empty/',
    ])
  })

  test('lists names in the order of their bytes, which is not that of UTF-16', async () => {
    const names = ['opt/🚀', 'opt/\uff5e', 'opt/é', 'opt/Z', 'opt/a', 'opt/a-b', 'opt/a/c']
    const entries = names.filter((name) => name !== 'opt/a').map((name) => file(name, ''))
    const listed = arrange(entries).map(({ path }) => path)
    const sorted = [...names, 'opt'].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    )
    expect(listed).toEqual(sorted)
    expect(listed).not.toEqual(sorted.toSorted())
  })

  test('holds names of 200 characters, spaces, every script of the world, and long links', async () => {
    const names = [
      `opt/${'n'.repeat(200)}`,
      `opt/${'ü'.repeat(100)}/${'日'.repeat(60)}`,
      'opt/two  spaces/and "quotes" \\ $HOME',
      'opt/emoji 🚀',
      `opt/${'d/'.repeat(80)}deep`,
    ]
    const target = `${'../'.repeat(3)}${'t'.repeat(150)}`
    const deb = await write({
      entries: [
        ...names.map((name) => file(name, name)),
        { kind: 'link', path: `opt/${'l'.repeat(150)}`, target },
      ],
    })
    const out = temporaryFolder()
    dpkg('-R', deb, out)
    for (const name of names) expect(readFileSync(join(out, name), 'utf8')).toBe(name)
    expect(
      execFileSync('readlink', [join(out, `opt/${'l'.repeat(150)}`)], { encoding: 'utf8' }).trim(),
    ).toBe(target)
    execFileSync('md5sum', ['-c', '--quiet', 'DEBIAN/md5sums'], { cwd: out })
  })

  test('stores what is compressed already, and compresses all else', async () => {
    // What a cipher makes of zeros looks like an image or a font, and is the same each time.
    const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
    const image = cipher.update(Buffer.alloc(3 << 20))
    const base64 = Buffer.from(image.toString('base64'))
    for (const [content, dense] of [
      [image, true],
      [base64, false],
      [Buffer.alloc(1 << 20), false],
      [image.subarray(0, 1000), false],
    ] as const) {
      expect(isDense(content)).toBe(dense)
    }
    const sizes = [image, base64].map(async (content) => {
      const deb = await write({ entries: [file('opt/x', content)] })
      const out = temporaryFolder()
      dpkg('-x', deb, out)
      expect(readFileSync(join(out, 'opt/x')).equals(content)).toBe(true)
      return statSync(deb).size / content.length
    })
    const [stored = 0, compressed = 0] = await Promise.all(sizes)
    expect(stored).toBeCloseTo(1, 2)
    expect(compressed).toBeCloseTo(0.76, 1)
  })

  test('unpacks to the same tree, whatever is in it', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    const plain = name.filter(
      (one) =>
        !/[\p{Cc}/\ufffd]/u.test(one) &&
        one !== '.' &&
        one !== '..' &&
        Buffer.from(one).toString() === one &&
        Buffer.byteLength(one) < 250,
    )
    const tree = fc.dictionary(plain, fc.uint8Array({ maxLength: 3000 }), {
      maxKeys: 12,
      noNullPrototype: true,
    })
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const deb = await write({
          entries: Object.entries(files).map(([path, content]) => file(`opt/${path}`, content)),
        })
        const out = temporaryFolder()
        dpkg('-x', deb, out)
        for (const [path, content] of Object.entries(files)) {
          expect(readFileSync(join(out, 'opt', path)).equals(content)).toBe(true)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('can be read back', async () => {
    const { control: fields, epoch: time } = await readDeb(
      await write({ entries: [file('a', 'b')] }),
    )
    expect(Object.fromEntries(fields)).toMatchObject({
      Package: 'x',
      Description: 'short\nlong\n\nlonger',
    })
    expect(time).toBe(epoch)
  })
})

describe('the same package', () => {
  const entries = Array.from({ length: 300 }, (_, at) =>
    file(`opt/${at % 7}/${at}`, String(at).repeat(at * 40)),
  )

  test('has the same bytes in any order of its files, in one thread or in several', async () => {
    const one = readFileSync(await write({ entries }))
    const other = readFileSync(await write({ entries: entries.toReversed() }))
    expect(other.equals(one)).toBe(true)
    const compressor = createCompressor(1 << 30)
    try {
      const chunk = Buffer.from('reproducible '.repeat(1e5))
      const [threaded, here] = [await compressor.deflate(chunk), await inline.deflate(chunk)]
      expect(Buffer.from(threaded).equals(here)).toBe(true)
    } finally {
      await compressor.close()
    }
  })

  test('has the same bytes whatever umask, user modes, times, zone and locale', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a'))
    execFileSync(
      'sh',
      ['-c', 'umask 022; echo one > a/ö; printf "#!/bin/sh\\n" > a/run; echo z > Z'],
      { cwd: folder },
    )
    const pack = async (): Promise<Buffer> =>
      readFileSync(
        await write({ entries: walk({ from: folder, to: 'opt/x', leavesOut: () => false }) }),
      )
    const before = await pack()
    chmodSync(join(folder, 'a/ö'), 0o600)
    chmodSync(join(folder, 'a/run'), 0o700)
    chmodSync(join(folder, 'a'), 0o2775)
    utimesSync(join(folder, 'Z'), 1, 1)
    const [umask, zone] = [process.umask(0o077), process.env.TZ]
    process.env.TZ = 'Asia/Tokyo'
    try {
      expect((await pack()).equals(before)).toBe(true)
    } finally {
      process.umask(umask)
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})

describe('what no package can hold is refused', () => {
  test.each([
    'a\nb',
    'a\0b',
    '../x',
    'a//b',
    './a',
    'n'.repeat(256),
    'd/'.repeat(2100) + 'x',
    'not \ufffd utf-8',
  ])('the path %j', async (path) => {
    expect(await codeOfPromise(write({ entries: [file(path, '')] }))).toBe('DEB_RELEASE_PATH')
  })

  test('two files of one name', async () => {
    const twice = write({ entries: [file('a', '1'), file('a', '2')] })
    expect(await codeOfPromise(twice)).toBe('DEB_RELEASE_PATH')
  })

  test('a member larger than ten digits can tell', () => {
    expect(codeOf(() => arHeader('data.tar.gz', 10_000_000_000, 0))).toBe('DEB_RELEASE_SIZE')
  })

  test('what is no package is not read as one', async () => {
    const deb = await write({ entries: [file('a', 'b')] })
    const bytes = readFileSync(deb)
    const cases = [
      Buffer.from('hello'),
      Buffer.from('!<arch>\n'),
      bytes.subarray(0, 100),
      Buffer.concat([bytes.subarray(0, 140), Buffer.alloc(200)]),
    ]
    for (const [at, content] of cases.entries()) {
      const broken = join(temporaryFolder(), `${at}.deb`)
      writeFileSync(broken, content)
      expect(await codeOfPromise(readDeb(broken))).toBe('DEB_RELEASE_READ')
    }
    expect(await codeOfPromise(readDeb('/nowhere.deb'))).toBe('DEB_RELEASE_READ')
  })
})

test('a file of more than eight gigabytes has its size in the header', () => {
  const header = tarHeader(file('big', ''), { size: 9_000_000_000, epoch, executable: false })
  expect(header[124]).toBe(0x80)
  expect(header.readBigUInt64BE(128)).toBe(9_000_000_000n)
})

test('control files are printed and read again', () => {
  const fields = { Package: 'x', Description: 'a\nb\n\nc', SHA256: '\n1 2 3' }
  const [read] = readParagraphs(`${printFields(fields)}\n\nOther: y\n`)
  expect(Object.fromEntries(read ?? [])).toEqual(fields)
})
