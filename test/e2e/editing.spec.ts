import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'

import { type Browser, openBrowser } from '../support/browser.ts'
import { startDevelopment } from '../support/development.ts'
import { watchPage } from '../support/page.ts'
import type { Site } from '../support/site.ts'

describe.each(['cdn', 'path'] as const)('editing in development, STATIC_URL as a %s', (kind) => {
  let site: Site
  let browser: Browser
  let page: Page
  let watched: ReturnType<typeof watchPage>
  /** Has the page's HMR client a connection? What happens before that, it cannot hear of. */
  let connected = false

  beforeAll(async () => {
    site = await startDevelopment(kind)
    browser = await openBrowser(site)
    page = await browser.newPage()
    watched = watchPage(page)
    page.on('framenavigated', () => {
      connected = false
    })
    page.on('console', (message) => {
      if (message.text().includes('[vite] connected')) connected = true
    })
    await openHome()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.stop()
  })

  async function openHome(): Promise<void> {
    await page.goto(site.origin('www'))
    await page.waitForSelector('html[data-ready=home]')
    await page.evaluate(() => Object.assign(window, { kept: true }))
  }

  const kept = (): Promise<boolean> => page.evaluate(() => 'kept' in window)
  const navbar = (): Promise<string> =>
    page.$eval('.navbar-drund', (element) => getComputedStyle(element).backgroundColor)

  /** Replaces text in a file of the site, once; gives a function that puts the old text back. */
  async function edit(path: string, from: string, to: string): Promise<() => Promise<void>> {
    await expect.poll(() => connected, { timeout: 20_000 }).toBe(true)
    const file = join(site.root, path)
    const before = await readFile(file, 'utf8')
    expect(before).toContain(from)
    await writeFile(file, before.replace(from, to))
    // Vite's watcher passes over what happens to the same file within 50 ms; no person puts an edit back that fast.
    const watching = sleep(100)
    return async () => {
      await watching
      await expect.poll(() => connected, { timeout: 20_000 }).toBe(true)
      await writeFile(file, before)
    }
  }

  /** Waits for what an edit must show and says how long it took; the limit only ends a test that hangs. */
  async function expectSeen(
    what: string,
    look: () => Promise<unknown>,
    wanted: unknown,
  ): Promise<void> {
    onTestFailed(() => console.error(site.output(), watched.problems()))
    const started = performance.now()
    await expect.poll(look, { timeout: 20_000, interval: 20 }).toEqual(wanted)
    console.log(`${kind}: ${what} was seen after ${Math.round(performance.now() - started)} ms`)
  }

  test('shows an edited LESS partial with no reload: a typed-in field keeps its text', async () => {
    await page.fill('#search', 'half a sentence')
    expect(await navbar()).toBe('rgb(20, 80, 92)')
    const restore = await edit(
      'media/main/css/partials/variables.less',
      '@navbar-bg: #14505c',
      '@navbar-bg: #102030',
    )
    await expectSeen('a LESS partial', navbar, 'rgb(16, 32, 48)')
    expect(await page.inputValue('#search')).toBe('half a sentence')
    expect(await kept()).toBe(true)
    await restore()
    await expectSeen('the LESS partial put back', navbar, 'rgb(20, 80, 92)')
    expect(watched.problems()).toEqual([])
  })

  test("shows a LESS error in Vite's overlay with file, line and frame, and recovers", async () => {
    const overlay = (): Promise<string> =>
      page.evaluate(
        () => document.querySelector('vite-error-overlay')?.shadowRoot?.textContent ?? '',
      )
    const restore = await edit('media/main/css/partials/navbar.less', 'border: 0;', 'border: 0; }}')
    await expectSeen('a LESS error', async () => (await overlay()).includes('navbar.less'), true)
    const text = await overlay()
    expect(text).toMatch(/navbar\.less:\d+:\d+/)
    expect(text).toContain('border: 0; }}')
    // The last good sheet stays on the page.
    expect(await navbar()).toBe('rgb(20, 80, 92)')
    await restore()
    await expectSeen('the LESS error mended', overlay, '')
    expect(await navbar()).toBe('rgb(20, 80, 92)')
  })

  test('shows an edited template in place: a typed-in field keeps its text', async () => {
    await openHome()
    await page.fill('#search', 'half a sentence')
    const text = (): Promise<string> =>
      page.textContent('#tip .side-title').then(
        (found) => found ?? '',
        () => '',
      )
    const restore = await edit('media/main/t/tip.template.mustache', '{{labels.tip}}', 'Edited tip')
    await expectSeen('a template', async () => (await text()).includes('Edited tip'), true)
    expect(await page.inputValue('#search')).toBe('half a sentence')
    expect(await kept()).toBe(true)
    await restore()
    await expectSeen(
      'the template put back',
      async () => (await text()).includes('Edited tip'),
      false,
    )
  })

  test('refreshes the page when an AMD module is edited', async () => {
    await openHome()
    const text = (): Promise<string> =>
      page.textContent('#tip .tip-text').then(
        (found) => found ?? '',
        () => '',
      )
    const restore = await edit(
      'media/main/js/ui/tips.js',
      'emoji.replace(tip)',
      "'An edited module'",
    )
    await expectSeen('an AMD module', text, 'An edited module')
    await restore()
    await expectSeen(
      'the AMD module put back',
      async () => (await text()) === 'An edited module',
      false,
    )
  })

  test('reloads the page when a Django template is edited', async () => {
    await openHome()
    const restore = await edit('templates/base.html', '&copy; 2012 Drund', '&copy; 2013 Drund')
    const copyright = (): Promise<string> =>
      page.textContent('.copyright').then(
        (found) => found?.trim().slice(0, 12) ?? '',
        () => '',
      )
    await expectSeen('a Django template', copyright, '© 2013 Drund')
    await restore()
    await expectSeen('the Django template put back', copyright, '© 2012 Drund')
  })

  test('answers again by itself after a Python file was edited', async () => {
    await openHome()
    const restore = await edit('feed/views.py', '"""', '"""Edited. ')
    await expectSeen(
      'a Python file',
      async () => (await page.goto(site.origin('www')))?.status(),
      200,
    )
    await restore()
    await expectSeen(
      'the Python file put back',
      async () => (await page.goto(site.origin('www')))?.status(),
      200,
    )
  })
})
