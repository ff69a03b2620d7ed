/**
 * Real sites in Chromium: as they lie, after r.js, after our build and in development. `KOVU_AMD_SITES` names a folder with checkouts of
 * requirejs/example-multipage, requirejs/example-multipage-shim and flightjs/example-app under these last names; those that are there are tested.
 * Everything is copied first.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { build, createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { openChromium } from '../browser/chromium.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { serve } from './serve.ts'

const sites = process.env['KOVU_AMD_SITES']
const rjs = createRequire(import.meta.url).resolve('requirejs/bin/r.js')

interface RealSite {
  /** Folder of the static files. */
  readonly www: string
  readonly build: string
  /** A build file for a site that has none. */
  readonly text?: string
  /** Where r.js writes. */
  readonly built: string
  readonly pages: readonly string[]
}

const plain: Readonly<Record<string, RealSite>> = {
  'example-multipage': {
    www: 'www',
    build: 'tools/build.js',
    built: 'www-built',
    pages: ['page1.html', 'page2.html'],
  },
  'example-multipage-shim': {
    www: 'www',
    build: 'tools/build.js',
    built: 'www-built',
    pages: ['page1.html', 'page2.html'],
  },
  'example-app': {
    www: '.',
    build: 'build.js',
    text: "({baseUrl:'.',dir:'built',mainConfigFile:'requireMain.js',modules:[{name:'requireMain'}],optimize:'none',fileExclusionRegExp:/^(test|\\.|built|ours)/})",
    built: 'built',
    pages: ['index.html'],
  },
}

useLoader()

describe.skipIf(sites === undefined)('real sites (KOVU_AMD_SITES, Chromium)', () => {
  let folder: string
  let browser: Browser
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-sites-')))
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** What a page shows, and the errors in it. */
  async function look(url: string): Promise<{ text: string; errors: readonly string[] }> {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    try {
      await page.goto(url, { waitUntil: 'networkidle' })
      const read = (): Promise<string> => page.evaluate(() => document.body.innerText)
      // Nobody tells when a page is done: when it has said the same for a while.
      let text = await read()
      for (let same = 0; same < 8;) {
        await page.waitForTimeout(250)
        const now = await read()
        same = now === text ? same + 1 : 0
        text = now
      }
      return { text, errors }
    } finally {
      await page.close()
    }
  }

  const there = Object.entries(plain).filter(([name]) => existsSync(join(sites ?? '', name)))
  test.each(there)('%s', { timeout: 300_000 }, async (name, site) => {
    const root = join(folder, name)
    cpSync(join(sites ?? '', name), root, { recursive: true })
    const file = join(root, site.build)
    if (site.text !== undefined) writeFileSync(file, site.text)
    execFileSync(process.execPath, [rjs, '-o', file], { cwd: dirname(file), stdio: 'ignore' })
    const publicDir = join(root, site.www)
    await build({
      root,
      configFile: false,
      logLevel: 'silent',
      publicDir,
      build: { outDir: join(folder, `${name}-ours`), rolldownOptions: { input: [] } },
      plugins: [requirejsAmd({ build: site.build })],
    })
    const dev = await createServer({
      root: publicDir,
      configFile: false,
      logLevel: 'silent',
      appType: 'mpa',
      server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
      optimizeDeps: { noDiscovery: true },
      plugins: [requirejsAmd()],
    })
    const folders = [publicDir, join(root, site.built), join(folder, `${name}-ours`)]
    const servers = await Promise.all(folders.map(serve))
    try {
      await dev.listen()
      const urls = [...servers.map(({ url }) => url), dev.resolvedUrls?.local[0] ?? '']
      for (const page of site.pages) {
        const seen: Awaited<ReturnType<typeof look>>[] = []
        for (const url of urls) seen.push(await look(url + page))
        expect(seen[0]?.text.length).toBeGreaterThan(20)
        expect(seen[0]?.errors).toEqual([])
        expect(seen.slice(1)).toEqual(seen.slice(1).map(() => seen[0]))
      }
    } finally {
      for (const server of servers) server.close()
      await dev.close()
    }
  })
})
