import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type BrowserContext, type Page, chromium } from 'playwright-core'

import { run } from './process.ts'
import type { Site } from './site.ts'

const candidates = [
  process.env['KOVU_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * The Chromium that drives the browser tests: `KOVU_CHROMIUM`, else one at a usual place.
 *
 * @throws A sentence that says how to get one.
 */
function findChromium(): string {
  const found = candidates.find((path) => path !== undefined && path !== '' && existsSync(path))
  if (found !== undefined) return found
  throw new Error(
    'No Chromium was found. Install one (Debian: apt-get install chromium) or name it in KOVU_CHROMIUM.',
  )
}

/** A browser that trusts one site's authority and nothing else of it. */
export interface Browser {
  newPage(): Promise<Page>
  readonly context: BrowserContext
  close(): Promise<void>
}

/**
 * Starts Chromium with a profile of its own in which the site's certificate authority is trusted, as `kovu trust` does on Linux:
 * by certutil, in the profile's NSS store.
 */
export async function openBrowser(site: Pick<Site, 'authority'>): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), 'kovu-browser-'))
  const store = join(home, '.pki/nssdb')
  await mkdir(store, { recursive: true })
  const database = `sql:${store}`
  await run(['certutil', '-N', '-d', database, '--empty-password'], { cwd: home })
  await run(
    ['certutil', '-A', '-d', database, '-t', 'C,,', '-n', 'kovu-test', '-i', site.authority],
    {
      cwd: home,
    },
  )
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: findChromium(),
    env: { ...process.env, HOME: home },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1200, height: 900 },
    locale: 'en-US',
  })
  return {
    context,
    newPage: () => context.newPage(),
    async close() {
      await context.close()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
