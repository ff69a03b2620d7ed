/** Layers that were made before are sent again only while they are what would be made now. */
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { KovuApi } from '@kovu/protocol'
import { createServer, type ViteDevServer } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Project } from '../../src/context.ts'
import { requirejsAmd } from '../../src/index.ts'
import { ReadyLayers } from '../../src/serve/ready.ts'

const requirejs = readFileSync(createRequire(import.meta.url).resolve('requirejs/require.js'))

const site = {
  'index.html': '<script data-main="js/main" src="js/require.js"></script>',
  'build.js': "({ baseUrl: 'js', dir: 'built', modules: [{ name: 'main' }] })",
  'js/require.js': requirejs.toString(),
  'js/main.js': "require(['a'], function (a) {})",
  'page/own.js': "define(['../js/b'], function (b) { return 'page' + b })",
  'js/a.js': "define(['b', 'text!note.txt'], function (b) { return b })",
  'js/b.js': "define(function () { return 'first' })",
  'js/note.txt': 'a note',
  'js/text.js': 'define({ load: function () {} })',
}

let root: string
let server: ViteDevServer

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-ready-')))
  for (const [name, content] of Object.entries(site)) write(name, content)
  server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [requirejsAmd({ build: 'build.js', entries: 'page/*' })],
    server: { host: '127.0.0.1', port: 0 },
    optimizeDeps: { noDiscovery: true },
  })
  await server.listen()
})
afterEach(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

/** Writes a file that looks as if nobody had touched it for a while, but later than what it replaces. */
function write(name: string, content: string): void {
  const file = join(root, name)
  mkdirSync(dirname(file), { recursive: true })
  const before = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  writeFileSync(file, content)
  const time = before === undefined ? 1000 : before / 1000 + 60
  utimesSync(file, time, time)
}

/** The layer of main, as the plugin gives it. */
async function layer(): Promise<string | Uint8Array> {
  const api = server.config.plugins.find(({ name }) => name === 'requirejs-amd')?.api as {
    kovu: KovuApi
  }
  const query = new URLSearchParams('amd=main&have=')
  const publicName = 'js/main.js'
  const answer = await api.kovu.answers?.({ publicName, file: join(root, publicName), query })
  return answer?.body ?? ''
}

async function layerText(): Promise<string> {
  return Buffer.from(await layer()).toString()
}

describe('a layer', () => {
  test('is made once while its files stay', async () => {
    expect(await layerText()).toContain("'first'")
    // What is made before a page asks may come in between.
    await expect.poll(async () => (await layer()) === (await layer())).toBe(true)
  })

  test.each(Object.keys(site).filter((name) => /^js\/(?:main|a|b|note)/.test(name)))(
    'is made again when %s changes',
    async (name) => {
      const first = await layerText()
      const old = site[name as keyof typeof site]
      write(name, name.endsWith('.txt') ? 'changed' : `/* changed */ ${old}`)
      const second = await layerText()
      expect(second).not.toBe(first)
      expect(second).toContain('changed')
    },
  )

  test('is made again when a file takes the place of another', async () => {
    const first = await layerText()
    rmSync(join(root, 'js/b.js'))
    write('js/b.ts', 'export default 1')
    const second = await layerText()
    expect(first).toContain("'first'")
    expect(second).not.toContain("'first'")
  })

  test('is not kept where a file may change again in the same tick', () => {
    const layers = new ReadyLayers()
    const project = {} as Project
    const made = { body: Buffer.from('layer'), watch: [] }
    const file = join(root, 'js/b.js')
    const { mtimeMs } = statSync(file)
    layers.keep(project, 'main', made, [file], mtimeMs + 500)
    expect(layers.get(project, 'main')).toBeUndefined()
    layers.keep(project, 'main', made, [file, join(root, 'none.js')], mtimeMs + 5000)
    expect(layers.get(project, 'main')).toBeUndefined()
    layers.keep(project, 'main', made, [file], mtimeMs + 5000)
    expect(layers.get(project, 'main')?.body).toBe(made.body)
    expect(layers.get({} as Project, 'main')).toBeUndefined()
    for (let at = 0; at < 8; at++) layers.keep(project, `m${at}`, made, [file], mtimeMs + 5000)
    expect(layers.get(project, 'main')).toBeUndefined()
    expect(layers.get(project, 'm0')?.body).toBe(made.body)
    layers.clear()
    expect(layers.get(project, 'm0')).toBeUndefined()
  })

  test('with an error is made each time', async () => {
    write('js/b.js', 'define(function () { return ( })')
    expect(await layerText()).toContain('throw new Error')
    write('js/b.js', "define(function () { return 'mended' })")
    expect(await layerText()).toContain('mended')
  })
})

test('a browser that has the layer gets no other', async () => {
  const first = await get('/js/main.js?amd=main&have=')
  expect(first).toMatchObject({ status: 200 })
  expect(first.body).toContain("define('b'")
  const again = await get('/js/main.js?amd=main&have=', { 'if-none-match': first.etag })
  expect(again).toEqual({ status: 304, etag: first.etag, body: '' })
  write('js/b.js', "define(function () { return 'other' })")
  const later = await get('/js/main.js?amd=main&have=', { 'if-none-match': first.etag })
  expect(later.status).toBe(200)
  expect(later.body).toContain("'other'")
  expect(later.etag).not.toBe(first.etag)
})

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; etag: string; body: string }> {
  const address = server.httpServer?.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const classic = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
  const [response] = (await once(
    http.get({ host: '127.0.0.1', port, path, headers: { ...classic, ...headers } }),
    'response',
  )) as [http.IncomingMessage]
  const etag = response.headers.etag ?? ''
  return { status: response.statusCode ?? 0, etag, body: await text(response) }
}
