/**
 * The pages of requirejs's own tests in Chromium: under require.js, under the loader of a build, and in development.
 * `KOVU_AMD_CHECKOUT` as in `inputs.test.ts`.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { loaderSource } from '../../src/loader.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { against, type Outcome } from './ledger.ts'

const checkout = process.env['KOVU_AMD_CHECKOUT']
const executablePath = [
  process.env['KOVU_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((file) => file !== undefined && existsSync(file))

const LOADER = '/requirejs/requirejs/require.js'
const TESTS = 'requirejs/requirejs/tests'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** A server of plain files, one of which may be another. */
async function plainServer(
  loader: string | undefined,
): Promise<{ url: string; close: () => void }> {
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(checkout ?? '', decodeURIComponent(pathname))
    if (pathname === LOADER && loader !== undefined) {
      response.setHeader('Content-Type', 'text/javascript').end(loader)
    } else if (existsSync(file) && statSync(file).isFile()) {
      response.setHeader('Content-Type', TYPES[extname(file)] ?? 'text/plain')
      response.end(readFileSync(file))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Every page that requirejs's runner opens. */
function pages(): readonly string[] {
  const code = readFileSync(join(checkout ?? '', TESTS, 'all.js'), 'utf8')
  return [...code.matchAll(/registerUrl\("[^"]+",\s*"\.\.\/([^"]+)"/g)].map(([, page = '']) => page)
}

/** Opens a page and reads what its test runner says; undefined when all is well. */
async function visit(browser: Browser, url: string): Promise<string | undefined> {
  const page = await browser.newPage()
  const said: string[] = []
  const uncaught: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => uncaught.push(error.message.split('\n')[0] ?? ''))
  const total = (what: string): number =>
    said
      .map((line) => new RegExp(String.raw`(\d+) ${what}`).exec(line.replaceAll(/\s+/g, ' '))?.[1])
      .reduce((sum, found) => sum + Number(found ?? 0), 0)
  try {
    await page.goto(url, { waitUntil: 'commit' })
    let quiet = 0
    for (let waited = 0; waited < 40_000 && quiet < 500; waited += 100) {
      const before = said.length
      await page.waitForTimeout(100)
      const ended = said.some((line) => line.includes('TEST SUMMARY'))
      quiet = ended && said.length === before ? quiet + 100 : 0
    }
  } finally {
    await page.close()
  }
  if (!said.some((line) => line.includes('TEST SUMMARY')))
    return `its tests never end (${uncaught.join(' | ').slice(0, 200)})`
  if (total('tests to run') === 0) return 'it has no tests'
  const failed = total('failures') + total('errors')
  return failed === 0 ? undefined : `${failed} fail`
}

useLoader()

describe.skipIf(checkout === undefined || executablePath === undefined)(
  'the pages of requirejs’s tests (KOVU_AMD_CHECKOUT, Chromium)',
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath ?? '',
        // Nothing but this machine.
        args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
      })
    })
    afterAll(() => browser.close())

    async function all(url: string): Promise<readonly Outcome[]> {
      const left = [...pages()]
      const outcomes: Outcome[] = []
      const worker = async (): Promise<void> => {
        for (let page = left.shift(); page !== undefined; page = left.shift()) {
          const differs = await visit(browser, `${url}/${TESTS}/${page}`)
          outcomes.push({ id: page, differs })
        }
      }
      await Promise.all(Array.from({ length: 4 }, worker))
      const passed = outcomes.filter(({ differs }) => differs === undefined).length
      console.log(`${passed} of ${outcomes.length} pages pass`)
      return outcomes
    }

    test('pass under the loader of a build', { timeout: 600_000 }, async () => {
      const server = await plainServer(loaderSource({ minify: true, data: {} }))
      try {
        expect(against('pages', await all(server.url))).toEqual([])
      } finally {
        server.close()
      }
    })

    test('pass in development', { timeout: 600_000 }, async () => {
      const server = await createServer({
        root: checkout ?? '',
        configFile: false,
        logLevel: 'silent',
        appType: 'mpa',
        server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
        optimizeDeps: { noDiscovery: true },
        plugins: [requirejsAmd()],
      })
      try {
        await server.listen()
        const url = (server.resolvedUrls?.local[0] ?? '').replace(/\/$/, '')
        expect(against('development pages', await all(url))).toEqual([])
      } finally {
        await server.close()
      }
    })

    test('that fail under require.js itself are listed', { timeout: 600_000 }, async () => {
      const server = await plainServer(undefined)
      try {
        expect(against('pages', await all(server.url))).toEqual([])
      } finally {
        server.close()
      }
    })
  },
)
