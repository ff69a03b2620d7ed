import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Derivation, KovuApi, Statics } from '@kovu/protocol'
import {
  build,
  createLogger,
  createServer,
  type Logger,
  type Plugin,
  type ViteDevServer,
} from 'vite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requirejsAmd, type RequirejsAmdOptions } from '../../src/index.ts'

const require = createRequire(import.meta.url)
const requirejs = readFileSync(require.resolve('requirejs/require.js'), 'utf8')
const classic = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }

let root: string
let server: ViteDevServer | undefined
let errors: string[]
let sent: { type: string; err?: { message: string } }[]

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-server-')))
  errors = []
  sent = []
})
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(root, { recursive: true, force: true })
})

function write(sources: Record<string, string>): void {
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

async function start(options: RequirejsAmdOptions = {}, peers: Plugin[] = []): Promise<void> {
  const customLogger: Logger = {
    ...createLogger('silent'),
    error: (message) => void errors.push(message),
  }
  server = await createServer({
    root,
    configFile: false,
    customLogger,
    plugins: [...peers, requirejsAmd(options)],
    server: { host: '127.0.0.1', port: 0 },
    optimizeDeps: { noDiscovery: true },
  })
  const { hot } = server.environments.client
  const send = hot.send.bind(hot)
  hot.send = (...given: unknown[]) => {
    const [first] = given
    sent.push(typeof first === 'string' ? { type: 'custom' } : (first as { type: string }))
    send(...(given as Parameters<typeof send>))
  }
  await server.listen()
}

async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; type: string }> {
  const address = (server as ViteDevServer).httpServer?.address()
  const port = typeof address === 'object' ? address?.port : undefined
  // Not `fetch`, which sets its own Sec-Fetch headers.
  const [response] = (await once(
    http.get({ host: '127.0.0.1', port, path, headers }),
    'response',
  )) as [http.IncomingMessage]
  return {
    status: response.statusCode ?? 0,
    text: await text(response),
    type: response.headers['content-type'] ?? '',
  }
}

const site = {
  'index.html': '<script data-main="js/main" src="js/require.js"></script>',
  'js/require.js': requirejs,
  'js/main.js':
    "require.config({ paths: { lib: '../lib', tpl: 'templates' } })\nrequire(['app', 'lib/plain'])",
  'js/app.js':
    "define(['./part', 'text!tpl/a.html', 'lib/named'], function (part, html) { return part + html })",
  'js/part.js': "define(function () { return 'part' })",
  'js/text.js': readFileSync(require.resolve('requirejs-text'), 'utf8'),
  'js/templates/a.html': '<b>a</b>',
  'lib/named.js': "define('lib/named', [], function () {})",
  'lib/plain.js': 'with (window) { Plain = 010 }',
}

/** Asks the plugin itself for the layer of main. */
async function ask(publicName: string): Promise<unknown> {
  const { plugins } = (server as ViteDevServer).config
  const api = plugins.find(({ name }) => name === 'requirejs-amd')?.api as { kovu: KovuApi }
  const query = new URLSearchParams('amd=main')
  return api.kovu.answers?.({ publicName, file: join(root, publicName), query })
}

async function changed(): Promise<void> {
  const told = (): boolean => sent.some(({ type }) => type === 'full-reload' || type === 'custom')
  for (let wait = 0; wait < 100 && !told(); wait++) {
    await new Promise((done) => setTimeout(done, 50))
  }
}

describe('in a plain Vite project', () => {
  it('a template that a script asks for is its own text, a page is Vite’s', async () => {
    write(site)
    await start()
    const asked = await get('/js/templates/a.html', { 'sec-fetch-dest': 'empty' })
    expect(asked).toEqual({ status: 200, text: '<b>a</b>', type: 'text/html; charset=utf-8' })
    const page = await get('/js/templates/a.html', { 'sec-fetch-dest': 'document' })
    expect(page.text).toContain('/@vite/client')
    const missing = await get('/js/templates/none.html', { 'sec-fetch-dest': 'empty' })
    expect(missing.text).not.toContain('<b>a</b>')
  })

  it('require.js is replaced by the loader, and main.js?amd=main is a layer', async () => {
    write(site)
    await start()
    const loader = await get('/js/require.js', classic)
    expect(loader.type).toContain('javascript')
    expect(loader.text).toContain('"layer":true')
    expect(loader.text).not.toContain('@license RequireJS')

    const { text: layer, type } = await get('/js/main.js?amd=main&have=', classic)
    expect(type).toContain('javascript')
    const defined = [...layer.matchAll(/define\('([^']+)'/g)].map((match) => match[1])
    expect(defined).toEqual(['part', 'text', 'text!tpl/a.html', 'lib/named', 'app', 'main'])
    expect(layer).toContain("require(['app', 'lib/plain'])")
    const url = /sourceMappingURL=(.*)/.exec(layer)?.[1] ?? ''
    const map = JSON.parse((await get(`/js/${url}`)).text) as {
      sections: { map: { sources: string[] } }[]
    }
    const sources = map.sections.flatMap((section) => section.map.sources).join(' ')
    expect(sources).toBe('/js/part.js /js/text.js /lib/named.js /js/app.js /js/main.js')
    // What main.js configured holds for later requests too.
    const later = await get('/lib/named.js?amd=lib%2Fnamed&have=other', classic)
    expect(later.text).toContain("define('lib/named', []")
    const nothingNew = await get('/js/app.js?amd=app&have=main', classic)
    expect([...nothingNew.text.matchAll(/define\('([^']+)'/g)].map((match) => match[1])).toEqual([
      'app',
    ])
  })

  it('classic scripts come as they are', async () => {
    write(site)
    await start()
    expect((await get('/lib/plain.js', classic)).text).toBe(site['lib/plain.js'])
    expect((await get('/lib/plain.js?amd=lib%2Fplain&have=main')).text).toBe(site['lib/plain.js'])
    expect((await get('/js/part.js', classic)).text).toBe(site['js/part.js'])
  })

  it('the option `loader` chooses which file is replaced', async () => {
    write({ ...site, 'js/r.js': '/* ours */' })
    await start({ loader: 'js/r.js' })
    expect((await get('/js/r.js', classic)).text).toContain('"layer":true')
    expect((await get('/js/require.js', classic)).text).toBe(requirejs)
  })

  it('a file that only begins with require.js is not replaced', async () => {
    write({ ...site, 'js/all.js': `${requirejs}\ndefine('app', [], function () {})` })
    await start()
    expect((await get('/js/all.js', classic)).text).toContain('@license RequireJS')
  })

  it('a changed file of a layer reloads the page and is in the next layer', async () => {
    write(site)
    await start()
    await get('/js/main.js?amd=main', classic)
    write({ 'js/templates/a.html': '<i>new</i>' })
    await changed()
    expect(sent.map(({ type }) => type)).toContain('full-reload')
    expect((await get('/js/main.js?amd=main', classic)).text).toContain('<i>new</i>')
  })

  it('a syntax error is told once, with its frame, and thrown by the module', async () => {
    write({ ...site, 'js/part.js': 'define(function () {\n  return (\n})' })
    await start()
    const { text: layer } = await get('/js/main.js?amd=main', classic)
    expect(layer).toMatch(/define\('part', \[\], function \(\) \{ throw new Error/)
    expect(layer).toContain("define('lib/named'")
    expect(errors.join('\n')).toMatch(/part\.js:3:1[\s\S]*\n3 \| }\)\n {2}\| \^/)
    expect(sent).toContainEqual(expect.objectContaining({ type: 'error' }))
    write({ 'js/part.js': "define(function () { return 'mended' })" })
    await changed()
    expect((await get('/js/main.js?amd=main', classic)).text).toContain('mended')
  })

  it('what has no file and was needed by a module is an error that tells the way to it', async () => {
    write({ ...site, 'js/part.js': "define(['./gone'], {})" })
    await start()
    expect((await get('/js/main.js?amd=main', classic)).text).toContain("['./gone']")
    const answer = await get('/js/gone.js?amd=gone&have=main', { accept: 'text/html' })
    expect(answer.status).toBe(500)
    expect(errors.join('\n')).toContain('main → app → part → gone')
    sent.length = 0
    write({ 'js/gone.js': 'define({})' })
    await changed()
    expect(sent.map(({ type }) => type)).toContain('full-reload')
  })

  it('the overlay has what the error of a build has: the way, the place, and what may have been meant', async () => {
    write({
      ...site,
      'js/part.js': "define([\n  './util/fromat',\n], {})",
      'js/util/format.js': 'define({})',
      'build.js':
        "({ baseUrl: 'js', dir: 'built', mainConfigFile: 'js/main.js', modules: [{ name: 'main' }] })",
    })
    await start()
    await get('/js/main.js?amd=main', classic)
    sent.length = 0
    expect((await get('/js/util/fromat.js?amd=util/fromat&have=main', classic)).status).toBe(500)
    const shown = sent.find(({ type }) => type === 'error')?.err
    expect(shown?.message).toContain(
      "No static file js/util/fromat.js for the module 'util/fromat' (main → app → part → util/fromat). Did you mean 'util/format' (js/util/format.js)?",
    )
    expect(shown).toMatchObject({
      loc: { file: join(root, 'js/part.js'), line: 2, column: 2 },
      frame: expect.stringContaining("2 |   './util/fromat',") as string,
    })
    const failed = await build({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [requirejsAmd({ build: 'build.js' })],
    }).catch((error: unknown) => String(error))
    expect(failed).toContain(shown?.message.split('\n')[0])
  })

  it('an ES module that an AMD module needs is loaded from its own URL', async () => {
    write({ ...site, 'js/part.js': 'export default 1' })
    await start()
    const { text } = await get('/js/part.js?amd=part', classic)
    expect(text).toContain("define('part', ['kovu-esm!/js/part.js']")
    expect((await get('/js/part.js')).text).toContain('export default 1')
  })

  it('nothing above the root is served', async () => {
    write(site)
    await start()
    expect((await get('/js/..%2f..%2fetc/x.js?amd=x')).text).not.toContain('root:')
    expect((await get('/@fs/etc/passwd.js?amd=x', classic)).status).not.toBe(200)
  })

  it('a page that configures itself inline is served by what its URLs say', async () => {
    write(site)
    await start()
    const { text: layer } = await get('/js/app.js?amd=application', classic)
    expect(layer).toContain("define('application', ['./part'")
  })
})

describe('with the options', () => {
  it('`config` says what only the page would know', async () => {
    write(site)
    await start({ config: { baseUrl: '/js', paths: { app: '../lib/app' } } })
    write({ 'lib/app.js': "define(['part'], {})" })
    expect((await get('/lib/app.js?amd=app', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('app', \['part'\]/,
    )
  })

  it('`config` may be a file', async () => {
    write({
      ...site,
      'js/config.js': "require.config({ paths: { moved: '../lib/moved' } })",
      'lib/moved.js': "define(['part'], {})",
    })
    await start({ config: 'js/config.js' })
    expect((await get('/lib/moved.js?amd=moved', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('moved'/,
    )
  })

  it('`build` gives the configuration and the place of baseUrl, and a change of it reloads', async () => {
    write({
      ...site,
      'build.js':
        "({ baseUrl: 'js', dir: 'out', paths: { moved: '../lib/moved' }, modules: [{ name: 'main' }] })",
      'lib/moved.js': "define(['part'], {})",
    })
    await start({ build: 'build.js' })
    expect((await get('/lib/moved.js?amd=moved', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('moved'/,
    )
    write({
      'build.js':
        "({ baseUrl: 'js', dir: 'out', paths: { part: '../lib/named' }, modules: [{ name: 'main' }] })",
    })
    await changed()
    expect(sent.map(({ type }) => type)).toContain('full-reload')
  })

  it('`config` that configures nothing, or cannot be read, is an error', async () => {
    write({ ...site, 'js/empty.js': 'define({})' })
    for (const config of ['js/empty.js', 'js/nowhere.js']) {
      await start({ config })
      await expect(ask('js/main.js')).rejects.toMatchObject({ pluginCode: 'REQUIREJS_AMD_CONFIG' })
      await server?.close()
    }
    await start({ config: { baseUrl: 'https://elsewhere.example/js' } })
    await expect(ask('js/main.js')).rejects.toMatchObject({ pluginCode: 'REQUIREJS_AMD_OUTSIDE' })
  })

  it('`build` outside the static files is an error that says what to do', async () => {
    write({ ...site, 'build.js': "({ baseUrl: '../elsewhere', dir: 'out', modules: [] })" })
    await start({ build: 'build.js' })
    await get('/js/main.js?amd=main', classic)
    expect(errors.join('\n')).toMatch(/baseUrl .*elsewhere is in no folder of static files/)
  })
})

describe('beside a plugin for static files', () => {
  const upper: Derivation = {
    from: '.txt',
    to: '.js',
    pipeline: false,
    publish: 'all',
    preferSource: true,
    render: async (source) => ({
      code: `define({ text: '${readFileSync(source, 'utf8').toUpperCase()}' })`,
      watch: [source],
    }),
  }

  function djangoLike(): Plugin {
    const find = (name: string): string | undefined => {
      const path = join(root, name.startsWith('brand/') ? name : `media/${name}`)
      return existsSync(path) ? path : undefined
    }
    const statics: Statics = {
      url: '/static/',
      root: join(root, 'collected'),
      roots: [
        { dir: join(root, 'media'), prefix: '' },
        { dir: join(root, 'brand'), prefix: 'brand' },
      ],
      find,
      findDerived(name, from, to) {
        const source = find(name.slice(0, -to.length) + from)
        return source === undefined
          ? undefined
          : { file: source.slice(0, -from.length) + to, source }
      },
      nameOf: (file) =>
        file.startsWith(join(root, 'media/')) ? file.slice(root.length + 7) : undefined,
      list: () => [],
      mentions: () => false,
    }
    return {
      name: 'static-like',
      api: { kovu: { statics: async () => statics, derives: [upper] } satisfies KovuApi },
    }
  }

  const sources = {
    'media/main/js/main.js': "require(['app'])",
    'media/main/js/app.js': "define(['t/hello', 'logo'], {})",
    'media/main/t/hello.txt': 'hello',
    'media/main/js/config.js': "require.config({ paths: { t: '../t', logo: '../../brand/logo' } })",
    'brand/logo.js': 'define({})',
    'build.js':
      "({ appDir: 'collected', baseUrl: 'main/js', dir: 'optimized', mainConfigFile: 'media/main/js/config.js', modules: [] })",
  }

  it('its folders are the static root, and derived modules are in layers', async () => {
    write(sources)
    await start({ build: 'build.js' }, [djangoLike()])
    const kovu = server?.config.plugins.find(({ name }) => name === 'requirejs-amd')?.api as {
      kovu: KovuApi
    }
    const file = join(root, 'media/main/js/main.js')
    const ask = {
      publicName: 'main/js/main.js',
      file,
      query: new URLSearchParams('amd=main&have='),
    }
    const answer = await kovu.kovu.answers?.(ask)
    expect(
      [...String(answer?.body).matchAll(/define\((?:'([^']+)')/g)].map((match) => match[1]),
    ).toEqual(['t/hello', 'logo', 'app', 'main'])
    expect(String(answer?.body)).toContain("define('t/hello', { text: 'HELLO' })")
    expect(await kovu.kovu.answers?.({ ...ask, query: new URLSearchParams() })).toBeUndefined()
    write({ 'media/main/t/hello.txt': 'again' })
    expect(String((await kovu.kovu.answers?.(ask))?.body)).toContain('AGAIN')
  })

  it('its own middleware stays away', async () => {
    write(sources)
    await start({ build: 'build.js' }, [djangoLike()])
    expect((await get('/main/js/main.js?amd=main', classic)).text).not.toContain("define('app'")
  })
})
