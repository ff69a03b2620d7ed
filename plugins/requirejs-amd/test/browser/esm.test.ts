/** ES modules and AMD modules in one page, in a real browser: in development, and built in each format. */
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { build, createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirejsAmd, type RequirejsAmdOptions } from '../../src/index.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { logOf, openChromium } from './chromium.ts'

const require = createRequire(import.meta.url)
const requirejs = readFileSync(require.resolve('requirejs/require.js'), 'utf8')

useLoader()

/** An AMD entry; TypeScript, JSX-free, that imports AMD modules; packages that look for `define`; a module script. */
const files: Record<string, string> = {
  'www/index.html': `<script>log = []</script>
<script data-main="/js/main" src="/js/lib/require.js"></script>
<script type="module" src="/js/page.js"></script>`,
  'www/js/lib/require.js': requirejs,
  'build.js': "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}]})",
  'www/js/main.js':
    "require(['island','underscore','jquery','app/state'],function(island,_,$,state){window.fromAmd={_:_,$:$,state:state,island:island};log.push('amd '+island.greeting+' '+_.VERSION+' '+$.fn.jquery);window.check&&check()})",
  'www/js/app/state.js':
    "define(['exports'],function(exports){log.push('state');exports.name='state';exports.count=0})",
  'www/js/island.ts': `import state, { name } from './app/state'
import * as all from 'app/state'
import _ from 'underscore'
import $ from 'jquery'
export const greeting: string = 'hi ' + name
export const same = [(all as any).default === state, all.count]
export { _, $, state }
`,
  'www/js/page.js': `import { _, $, state, same } from './island.ts'
window.fromPage = { _, $, state, same }
window.check = () => { if (window.fromAmd) log.push('one: ' + [fromAmd._ === _, fromAmd.$ === $, fromAmd.state === state, fromAmd.island._ === _, same.join()].join(' ')) }
window.check()
`,
  'package.json': '{"name":"site","dependencies":{"jquery":"3","underscore":"1"}}',
}

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
})
afterAll(() => browser.close())

function siteWith(extra: Record<string, string> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-esm-')))
  for (const [name, content] of Object.entries({ ...files, ...extra })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  mkdirSync(join(root, 'node_modules'))
  for (const name of ['jquery', 'underscore']) {
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), join(root, 'node_modules', name))
  }
  return root
}

/** What the page says, and what went wrong in it. */
async function visit(url: string, entries: number): Promise<string[]> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  try {
    await page.goto(url)
    const log = await logOf(page, entries).catch((error: unknown) => [String(error)])
    return [...log, ...errors]
  } finally {
    await page.close()
  }
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

async function serve(folder: string): Promise<Server & { url: string }> {
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(folder, pathname === '/' ? 'index.html' : decodeURIComponent(pathname))
    if (existsSync(file) && statSync(file).isFile()) {
      response.setHeader('Content-Type', types[extname(file)] ?? 'text/plain')
      createReadStream(file).pipe(response)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  return Object.assign(server, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  })
}

const { version } = JSON.parse(
  readFileSync(require.resolve('underscore/package.json'), 'utf8'),
) as { version: string }
const jquery = (
  JSON.parse(readFileSync(require.resolve('jquery/package.json'), 'utf8')) as { version: string }
).version
const expected = [
  'amd hi state ' + version + ' ' + jquery,
  'one: true true true true true,0',
  'state',
]

describe('in development', () => {
  test('an AMD entry, ES modules and npm packages are one graph, each once', async () => {
    const root = siteWith()
    const server = await createServer({
      root: join(root, 'www'),
      cacheDir: join(root, '.vite'),
      configFile: false,
      logLevel: 'silent',
      server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
      plugins: [requirejsAmd()],
    })
    try {
      await server.listen()
      const log = await visit(server.resolvedUrls?.local[0] ?? '', 3)
      expect(log.sort()).toEqual(expected)
    } finally {
      await server.close()
      rmSync(root, { recursive: true, force: true })
    }
  })
})

describe('a build', () => {
  test.each<[string, RequirejsAmdOptions, string]>([
    ['in classic scripts', {}, ''],
    ['in ES chunks', { format: 'esm' }, ''],
    ['of a package of type commonjs', {}, 'commonjs'],
    ['of a package of type module', {}, 'module'],
  ])('%s is one graph, each once', async (_, options, type) => {
    const manifest = JSON.parse(files['package.json'] ?? '') as object
    const root = siteWith({
      'package.json': JSON.stringify(type === '' ? manifest : { ...manifest, type }),
      // What a site of AMD modules alone has no need of.
      'www/index.html': (files['www/index.html'] ?? '').replace(/<script type="module".*/, ''),
    })
    try {
      await build({
        root,
        configFile: false,
        logLevel: 'silent',
        publicDir: 'www',
        plugins: [requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js', ...options })],
      })
      const server = await serve(join(root, 'dist'))
      const log = await visit(server.url, 2)
      server.close()
      expect(log.sort()).toEqual([expected[0], 'state'])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  test('shares what a module script of the page has too', async () => {
    const root = siteWith()
    try {
      writeFileSync(
        join(root, 'index.html'),
        (files['www/index.html'] ?? '').replace('/js/page.js', '/www/js/page.js'),
      )
      rmSync(join(root, 'www/index.html'))
      await build({
        root,
        configFile: false,
        logLevel: 'silent',
        publicDir: 'www',
        plugins: [requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js' })],
      })
      const server = await serve(join(root, 'dist'))
      const log = await visit(server.url, 3)
      server.close()
      expect(log.sort()).toEqual(expected)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})
