import { createHash } from 'node:crypto'
import { appendFile, cp, readdir, readFile, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { run, start } from '../support/process.ts'
import { kovu } from '../support/production.ts'
import { copyPlayground, removeCopy, repository } from '../support/site.ts'

let root: string
beforeAll(async () => {
  root = await copyPlayground('graph')
  // What `kovu init` copies from node_modules.
  await cp(join(repository, 'playground/media/lib'), join(root, 'media/lib'), { recursive: true })
  await run([kovu], { cwd: root })
})
afterAll(() => removeCopy(root))

const call = (...words: string[]): Promise<string> => run([kovu, ...words], { cwd: root })

/** Every file below STATIC_ROOT with a digest of its content; old releases and their list left out. */
async function published(): Promise<Record<string, string>> {
  const folder = join(root, 'staticroot')
  const manifest = JSON.parse(await readFile(join(folder, 'staticfiles.json'), 'utf8')) as {
    paths: Record<string, string>
  }
  const names = new Set([...Object.entries(manifest.paths).flat(), 'staticfiles.json'])
  const entries = [...names]
    .toSorted()
    .filter((name) => existsSync(join(folder, name)))
    .map(async (name) => {
      const content = await readFile(join(folder, name))
      return [name, createHash('sha256').update(content).digest('hex')] as const
    })
  return Object.fromEntries(await Promise.all(entries))
}

/** What a build from nothing publishes. */
async function fromNothing(): Promise<Record<string, string>> {
  await rm(join(root, 'staticroot'), { recursive: true })
  await rm(join(root, 'node_modules/.kovu'), { recursive: true })
  await call()
  return published()
}

const partial = 'media/main/css/partials/cards.less'
const edit = (): Promise<void> =>
  appendFile(join(root, partial), `\n.edit-${Date.now()} { top: 0 }\n`)

test('a second call has nothing to do', async () => {
  expect(await call()).toMatch(/^nothing to do: .*css, templates, js, static are up to date\n$/)
})

test('and finds that out without loading Vite, the config or any plugin', async () => {
  const folder = join(root, 'node_modules/.coverage')
  await run([kovu], { cwd: root, env: { NODE_V8_COVERAGE: folder } })
  const [report] = await readdir(folder)
  const { result } = JSON.parse(await readFile(join(folder, report ?? ''), 'utf8')) as {
    result: { url: string }[]
  }
  const loaded = result.map(({ url }) => url).filter((url) => url.startsWith('file:'))
  const own = loaded.map((url) => url.split('/plugins/kovu/')[1] ?? url)
  expect(own).toEqual(expect.arrayContaining(['bin/kovu.js', 'dist/bundle/main.js']))
  // The preset, which imports the plugins, and what runs targets.
  expect(own.filter((file) => /^dist\/bundle\/(?:index|command)\.js$/.test(file))).toEqual([])
  expect(own.filter((file) => file.startsWith('file:'))).toEqual([])
})

test('an edited LESS partial makes its sheet, and publishes it with what is there of templates and scripts', async () => {
  const before = await published()
  await edit()
  expect(await call('-n', '--why')).toContain(`css: ${partial} has changed\n`)
  const said = await call()
  expect(said).toContain('· templates is up to date')
  expect(said).toContain('· js is up to date')
  const after = await published()
  const changed = Object.keys(after).filter((name) => after[name] !== before[name])
  expect(changed.map((name) => name.replace(/\.[0-9a-f]{12}\./, '.')).toSorted()).toEqual([
    'main/css/kovu.css',
    'main/css/kovu.css',
    'staticfiles.json',
  ])
  expect(await call()).toContain('nothing to do')
}, 120_000)

test('an output that somebody deleted is published again', async () => {
  const hashed = (await readdir(join(root, 'staticroot/main/js'))).find((name) =>
    /^main\.[0-9a-f]{12}\.js$/.test(name),
  )
  await rm(join(root, 'staticroot/main/js', hashed ?? ''))
  await call('static')
  expect(existsSync(join(root, 'staticroot/main/js', hashed ?? ''))).toBe(true)
})

test('another STATIC_ROOT is another site: settings are asked what they read', async () => {
  const env = { DRUND_STATIC_ROOT: join(root, 'other') }
  expect(await run([kovu, 'static', '-n', '--why'], { cwd: root, env })).toContain(
    'static: the environment variable DRUND_STATIC_ROOT has another value',
  )
})

test('after Ctrl-C and kill -9 in the midst of the work the next call makes what a build from nothing makes', async () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    await edit()
    const given = start([kovu, 'static', '--why'], { cwd: root })
    await expect.poll(() => given.output(), { timeout: 60_000 }).toContain('css runs:')
    await sleep(100)
    process.kill(-(given.child.pid ?? 0), signal)
    await given.stop()
  }
  const said = await call()
  expect(said).not.toContain('Waiting for')
  expect(said).toContain('static')
  const after = await published()
  expect(await call()).toContain('nothing to do')
  expect(after).toEqual(await fromNothing())
}, 240_000)

test('two commands at the same time wait for each other', async () => {
  await edit()
  const both = await Promise.all([call('static'), call('static')])
  expect(both.filter((said) => said.includes('Waiting for `kovu static`'))).toHaveLength(1)
  expect(await call()).toContain('nothing to do')
}, 120_000)
