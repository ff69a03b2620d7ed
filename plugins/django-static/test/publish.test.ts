import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { publish } from '../src/publish/write.ts'
import type { Publication } from '../src/publish/writer.ts'
import { Contents } from '../src/tree/contents.ts'
import { listReleases } from '../src/publish/releases.ts'

const HERE = import.meta.dirname

function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kovu-publish-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

/** Files of a release that are not what they were published as. */
function broken(root: string, manifest: string): string[] {
  const { letter, paths } = JSON.parse(manifest) as { letter: string; paths: string[] }
  return paths.filter((path) => tryRead(join(root, path)) !== letter.repeat(2_000))
}

async function compiledPublish(): Promise<string> {
  const dir = temporary()
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(HERE, '../src/publish/write.ts'),
      outDir: dir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'publish.mjs' } },
    },
  })
  return dir
}

test('whatever the moment it is killed at, one release is whole', async () => {
  const dir = await compiledPublish()
  const root = join(dir, 'site')
  let whole = 0
  for (let round = 0; round < 100; round += 1) {
    await runAndKill(join(dir, 'publish.mjs'), root, Math.random() * 40)
    const text = tryRead(join(root, 'staticfiles.json'))
    if (text === undefined) continue
    expect([round, broken(root, text)]).toEqual([round, []])
    whole += 1
  }
  expect(whole).toBeGreaterThan(50)
  // So is every release that is kept, and each can be restored.
  for (const { files } of listReleases(root)) {
    expect(files.filter((file) => tryRead(join(root, file)) === undefined)).toEqual([])
  }
  // The next run tidies up what the killed ones left.
  publish(root, [], '{}')
  expect(readdirSync(join(root, '.kovu/publish'))).toEqual([])
}, 180_000)

test('two that publish at once do each other no harm', async () => {
  const dir = await compiledPublish()
  const root = join(dir, 'site')
  await Promise.all([0, 1].map(() => runAndKill(join(dir, 'publish.mjs'), root, 700)))
  const text = tryRead(join(root, 'staticfiles.json')) ?? ''
  expect(broken(root, text)).toEqual([])
  const releases = listReleases(root)
  expect(releases.length).toBeGreaterThan(1)
  for (const { manifest } of releases) expect(broken(root, manifest)).toEqual([])
})

const OBSTACLES: [string, (root: string) => void, RegExp][] = [
  [
    'a folder of the file’s name',
    (root) => mkdirSync(join(root, 'a.txt'), { recursive: true }),
    /a\.txt cannot be written: /,
  ],
  [
    'a file of the folder’s name',
    (root) => writeFileSync(join(root, 'dir'), ''),
    /dir\/b\.txt cannot be written: /,
  ],
  [
    'a file in the place of STATIC_ROOT',
    (root) => {
      rmSync(root, { recursive: true })
      writeFileSync(root, '')
    },
    /cannot be written: /,
  ],
]

test.each(OBSTACLES)('says so when %s stands in the way', (_what, obstruct, message) => {
  const root = temporary()
  obstruct(root)
  const source = { content: Buffer.from('x'), from: 'x' }
  const files = ['a.txt', 'dir/b.txt'].map((name) => ({ name, source, hashed: false }))
  expect(() => publish(root, files, '{}')).toThrow(
    expect.objectContaining({
      pluginCode: 'DJANGO_STATIC_WRITE',
      message: expect.stringMatching(message),
    }),
  )
  expect(tryRead(join(root, 'staticfiles.json'))).toBeUndefined()
})

function runAndKill(module: string, root: string, delay: number): Promise<void> {
  return new Promise((done) => {
    const script = fileURLToPath(new URL('./support/publish-forever.mjs', import.meta.url))
    const child = spawn(process.execPath, [script, module, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay))
    child.on('close', () => done())
  })
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

test('a file of a hashed name that was cut short is written again', () => {
  const root = temporary()
  writeFileSync(join(root, 'a.0123456789ab.txt'), 'cut')
  const source = { content: Buffer.from('cut short'), from: 'a.txt' }
  const { written } = publish(root, [{ name: 'a.0123456789ab.txt', source, hashed: true }], '{}')
  expect(written).toEqual(['a.0123456789ab.txt', 'staticfiles.json'])
})

test('what was made beyond a budget waits on disk, and is gone afterwards', () => {
  const dir = temporary()
  const contents = new Contents(join(dir, 'digests.json'))
  const sheets = Array.from({ length: 20 }, (_, at) => Buffer.alloc(1024 * 1024, String(at)))
  const held = sheets.map((sheet, at) => contents.hold(sheet, `${at}.css`))
  expect(held.filter((source) => 'file' in source)).toHaveLength(16)
  const files = held.map((source, at) => ({ name: `${at}.css`, source, hashed: true }))
  publish(join(dir, 'site'), files, '{}', { contents })
  contents.close()
  expect(readdirSync(dir)).toEqual(['site'])
  for (const [at, sheet] of sheets.entries())
    expect(readFileSync(join(dir, 'site', `${at}.css`)).equals(sheet)).toBe(true)
})

test('by links, a file is there once, and nothing is written through a link', () => {
  const dir = temporary()
  const root = join(dir, 'site')
  const file = join(dir, 'a.txt')
  const inodeOf = (path: string): number => statSync(path).ino
  const release = (hash: string): Publication[] => [
    { name: `a.${hash}.txt`, source: { file }, hashed: true },
    { name: 'a.txt', source: { file }, hashed: false, twin: `a.${hash}.txt` },
    { name: `b.${hash}.css`, source: { content: Buffer.from(hash), from: 'b.css' }, hashed: true },
    { name: 'b.css', source: { content: Buffer.from(hash), from: 'b.css' }, hashed: false },
  ]
  writeFileSync(file, 'one')
  const first = publish(root, release('111111111111'), '{"a": 1}', { link: true })
  expect(first).toEqual({ written: expect.arrayContaining(['a.txt', 'b.css']), unchanged: 0 })
  for (const name of ['a.111111111111.txt', 'a.txt'])
    expect([name, inodeOf(join(root, name))]).toEqual([name, inodeOf(file)])
  expect(publish(root, release('111111111111'), '{"a": 1}', { link: true }).unchanged).toBe(4)

  // As editors and git write.
  writeFileSync(`${file}.new`, 'two')
  renameSync(`${file}.new`, file)
  publish(root, release('222222222222'), '{"a": 2}', { link: true })
  const read = (name: string): string => readFileSync(join(root, name), 'utf8')
  expect(['a.111111111111.txt', 'a.222222222222.txt', 'a.txt'].map(read)).toEqual([
    'one',
    'two',
    'two',
  ])
  expect([read('b.111111111111.css'), read('b.css')]).toEqual(['111111111111', '222222222222'])

  // A copy takes the place of a link; what the link led to is as it was.
  writeFileSync(`${file}.new`, 'six')
  renameSync(`${file}.new`, file)
  publish(root, release('333333333333'), '{"a": 3}')
  expect([read('a.txt'), read('a.222222222222.txt')]).toEqual(['six', 'two'])
  expect(inodeOf(join(root, 'a.txt'))).not.toBe(inodeOf(file))
})
