import fs from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { hulkAmd } from '../../src/index.ts'
import { inline, site, write } from './site.ts'

const CANDIDATES = [
  process.env['KOVU_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** What a page imports as `@kovu/hulk-amd/mount`. */
export const mountFile: string = new URL('../../src/runtime/mount.ts', import.meta.url).pathname

/** A page with the plugin behind it. */
export interface Opened {
  readonly root: string
  readonly page: Page
  /** Errors of the page, and what its console says of errors. */
  readonly problems: readonly string[]
}

/** Waits for an expression to be true, without the eval that Playwright's own waiting needs. */
export function eventually(page: Page, expression: string): Promise<void> {
  return expect.poll(() => page.evaluate(expression), { timeout: 20_000 }).toBe(true)
}

/**
 * Edits a file until the page shows it: a watcher keeps to itself what comes within 50 ms of an edit of the same file that it
 * has told, so a second edit is made anew until it is heard.
 */
export function editUntil(
  { root, page }: Opened,
  name: string,
  text: string,
  expression: string,
): Promise<void> {
  const tryIt = (): Promise<unknown> => {
    write(root, name, text)
    return page.evaluate(expression)
  }
  return expect.poll(tryIt, { timeout: 20_000, interval: 200 }).toBe(true)
}

/**
 * Starts a browser for the tests of a file; where there is none, they fail.
 *
 * @returns Opens the site of some files, whose page shows a `<h1>`, under a policy that forbids `eval`; `before` is done
 *   with the empty page.
 */
export function openBrowser(): (
  files: Readonly<Record<string, string>>,
  more?: { readonly before?: (page: Page) => Promise<unknown> },
) => Promise<Opened> {
  let browser: Browser | undefined
  beforeAll(async () => {
    const executablePath = CANDIDATES.find((file) => file && fs.existsSync(file))
    if (!executablePath) {
      throw new Error(
        'No Chromium was found. Install one (Debian: apt-get install chromium) or name it in KOVU_CHROMIUM.',
      )
    }
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox'],
    })
  })
  afterAll(() => browser?.close())

  return async (files, { before } = {}) => {
    const root = site(files)
    const server = await createServer(
      inline(root, hulkAmd(), {
        server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
      }),
    )
    onTestFinished(() => server.close())
    server.middlewares.stack.unshift({
      route: '',
      handle: ((
        _: unknown,
        response: { setHeader(name: string, value: string): void },
        next: () => void,
      ) => {
        response.setHeader('Content-Security-Policy', "script-src 'self' 'unsafe-inline'")
        next()
      }) as never,
    })
    await server.listen()
    const context = await (browser as Browser).newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404'))
        problems.push(message.text())
    })
    const connected = new Promise<void>((resolve) => {
      page.on('console', (message) => {
        if (message.text() === '[vite] connected.') resolve()
      })
    })
    await before?.(page)
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await page.waitForSelector('h1')
    // From here on no edit is missed.
    await connected
    await page.evaluate(`import('/@id/__x00__virtual:hulk-amd/runtime/hot/amd').then(() => true)`)
    return { root, page, problems }
  }
}
