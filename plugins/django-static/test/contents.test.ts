import { appendFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { Contents } from '../src/tree/contents.ts'
import { dialectOf } from '../src/tree/references.ts'
import { Tree } from '../src/tree/tree.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kovu-contents-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
})

/** Long ago, so that nothing could have changed it in the same moment. */
function write(name: string, text: string): string {
  const file = join(dir, name)
  writeFileSync(file, text)
  utimesSync(file, 1e9, 1e9)
  return file
}

/** A build over files as they are, and what it knows of them. */
function build(names: readonly string[]): { hashed: (string | undefined)[]; contents: Contents } {
  const contents = new Contents(join(dir, 'digests.json'))
  const sources = new Map(names.map((name) => [name, { file: join(dir, name) }]))
  const tree = new Tree({ sources, dialect: dialectOf('5.2'), staticUrl: '/static/', contents })
  const hashed = names.map((name) => tree.finish(name)?.hashed)
  contents.save()
  return { hashed, contents }
}

const NAMES = ['a.js', 'map.js', 'a.css', 'url.css', 'a.js.map', 'a.png']

test('what was found in files is known to the next build, and forgotten with a change', async () => {
  write('a.js', 'one()\n')
  write('map.js', 'two()\n//# sourceMappingURL=a.js.map\n')
  write('a.css', 'a { top: 0 }\n')
  write('url.css', 'a { background: URL(a.png) }\n')
  write('a.js.map', '{}')
  const last = write('a.png', 'png')
  // The change of a file's inode is fresh, too, and nobody can set it back.
  await vi.waitUntil(() => Date.now() - statSync(last).ctimeMs > 2000, { timeout: 30_000 })
  const first = build(NAMES)
  const again = new Contents(join(dir, 'digests.json'))
  const plain = (contents: Contents): string[] =>
    NAMES.filter((name) => contents.isPlain(join(dir, name)))
  expect(plain(again)).toEqual(['a.js', 'a.css'])
  expect(build(NAMES).hashed).toEqual(first.hashed)

  appendFileSync(join(dir, 'a.css'), 'b { background: url(a.png) }\n')
  appendFileSync(join(dir, 'a.js'), '//# sourceMappingURL=a.js.map\n')
  const edited = build(NAMES)
  expect(plain(edited.contents)).toEqual([])
  expect(edited.hashed.map((name, at) => name === first.hashed[at])).toEqual(
    NAMES.map((name) => !['a.js', 'a.css'].includes(name)),
  )
})

test('a file that was changed just before it was read is read again', () => {
  write('a.js', 'one()\n')
  build(['a.js'])
  expect(new Contents(join(dir, 'digests.json')).isPlain(join(dir, 'a.js'))).toBe(false)
})
