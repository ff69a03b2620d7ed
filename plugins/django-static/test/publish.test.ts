import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { publish } from '../src/publish/write.ts'
import { listReleases } from '../src/publish/releases.ts'
import { readTree } from './support/build.ts'

const HERE = import.meta.dirname

function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kovu-publish-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}

test('whatever the moment it is killed at, one release is whole', async () => {
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
  const root = join(dir, 'site')
  let whole = 0
  for (let round = 0; round < 100; round += 1) {
    await runAndKill(join(dir, 'publish.mjs'), root, Math.random() * 40)
    const text = tryRead(join(root, 'staticfiles.json'))
    if (text === undefined) continue
    const { letter, paths } = JSON.parse(text) as { letter: string; paths: string[] }
    const broken = paths.filter((path) => tryRead(join(root, path)) !== letter.repeat(2_000))
    expect([round, broken]).toEqual([round, []])
    whole += 1
  }
  expect(whole).toBeGreaterThan(50)
  // So is every release that is kept, and each can be restored.
  for (const { files } of listReleases(root)) {
    expect(files.filter((file) => tryRead(join(root, file)) === undefined)).toEqual([])
  }
  // The next run tidies up what the killed ones left.
  publish(root, [], '{}')
  expect([...readTree(root).keys()].filter((name) => name.startsWith('.kovu'))).toEqual([])
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
