import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Browser, openBrowser } from '../support/browser.ts'
import { watchPage } from '../support/page.ts'
import { run } from '../support/process.ts'
import { kovu, startProduction } from '../support/production.ts'
import type { Site } from '../support/site.ts'
import { describeSite } from './site.ts'

describeSite('production with STATIC_URL on the cdn host', () => startProduction('cdn'))
describeSite('production with STATIC_URL as a path', () => startProduction('path'))

/** Every file below a folder with a digest of its content. */
async function digests(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const entries = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
      return [path.slice(folder.length), digest] as const
    })
  return Object.fromEntries(await Promise.all(entries))
}

describe('the production build', () => {
  let site: Site
  let browser: Browser
  beforeAll(async () => {
    site = await startProduction('cdn')
    browser = await openBrowser(site)
  })
  afterAll(async () => {
    await browser?.close()
    await site?.stop()
  })

  const pages = ['/', '/u/anna/', '/widget/', '/plain/', '/classic/', '/login/']

  test.each(pages)('requests nothing static but hashed files on %s', async (path) => {
    const page = await browser.newPage()
    const watched = watchPage(page)
    await page.goto(site.origin('www') + path, { waitUntil: 'networkidle' })
    const static_ = watched.urls().filter((url) => url.startsWith(site.staticUrl))
    expect(static_.length).toBeGreaterThan(0)
    expect(static_.filter((url) => !/\.[0-9a-f]{12}\.\w+$/.test(new URL(url).pathname))).toEqual([])
    expect(watched.problems()).toEqual([])
    await page.close()
  })

  test('styles the admin, with hashed files', async () => {
    const page = await browser.newPage()
    const watched = watchPage(page)
    await page.goto(site.origin('admin'), { waitUntil: 'networkidle' })
    const header = await page.$eval(
      '#header',
      (element) => getComputedStyle(element).backgroundColor,
    )
    expect(header).toBe('rgb(65, 118, 144)')
    expect(
      watched.urls().filter((url) => /admin\/css\/base\.[0-9a-f]{12}\.css$/.test(url)),
    ).toHaveLength(1)
    expect(watched.problems()).toEqual([])
    await page.close()
  })

  test('is the same by plain vite build', async () => {
    const other = join(site.root, 'other')
    const env = { DRUND_STATIC_URL: site.staticUrl, DRUND_STATIC_ROOT: other }
    await run(['npx', '--no-install', 'vite', 'build'], { cwd: site.root, env })
    expect(await digests(other)).toEqual(await digests(join(site.root, 'staticroot')))
  })

  test('publishes nothing when only js is asked for', async () => {
    const other = join(site.root, 'unpublished')
    const env = { DRUND_STATIC_URL: site.staticUrl, DRUND_STATIC_ROOT: other }
    await run([kovu, 'js'], { cwd: site.root, env })
    expect(existsSync(other)).toBe(false)
    expect(existsSync(join(site.root, 'node_modules/.kovu/out/main/js/main.js'))).toBe(true)
  })

  test('writes a manifest that Django reads, with a key for every name a page uses', async () => {
    const manifest = JSON.parse(
      await readFile(join(site.root, 'staticroot/staticfiles.json'), 'utf8'),
    ) as {
      paths: Record<string, string>
      version: string
      hash: string
    }
    expect(manifest.version).toBe('1.0')
    expect(manifest.hash).toMatch(/^[0-9a-f]{12}$/)
    for (const name of [
      'main/css/kovu.css',
      'main/js/main.js',
      'main/js/widget.built.js',
      'lib/require.js',
      'lib/jquery.js',
    ]) {
      expect(manifest.paths[name]).toMatch(/\.[0-9a-f]{12}\.\w+$/)
    }
    const sources = Object.keys(manifest.paths).filter((name) => /\.(less|mustache)$/.test(name))
    expect(sources).toEqual([])
  })
})
