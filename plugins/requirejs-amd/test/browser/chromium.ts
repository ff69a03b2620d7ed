/** Pages in a real Chromium that reaches nothing but this machine. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'

const candidates = [
  process.env['KOVU_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * Starts Chromium.
 *
 * @throws A sentence that says how to get one.
 */
export async function openChromium(): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium was found. Install one (Debian: apt-get install chromium) or name it in KOVU_CHROMIUM.',
    )
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  })
}

/** What scripts pushed on the page's `log` array, once it is as long. */
export async function logOf(page: Page, length: number): Promise<string[]> {
  // Asked from outside: a strict policy forbids what waits inside.
  for (;;) {
    const log = await page.evaluate(() => (globalThis as unknown as Partial<Log>).log ?? [])
    if (log.length >= length) return log
    await page.waitForTimeout(50)
  }
}

interface Log {
  readonly log: string[]
}
