import type { Page } from 'playwright-core'

/**
 * Watches a page for everything a developer would see in red: console errors, uncaught errors, failed requests, and answers
 * of 400 and above.
 *
 * @returns `problems()`, one line for each so far; and `urls()`, what the page has requested.
 */
export function watchPage(page: Page): { problems(): string[]; urls(): string[] } {
  const problems: string[] = []
  const urls: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) => {
    // A navigation or a reload gives up what is still under way: that is no failure of the site.
    const reason = request.failure()?.errorText ?? 'failed'
    if (reason !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()} ${reason}`)
  })
  page.on('request', (request) => urls.push(request.url()))
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`)
  })
  return { problems: () => [...problems], urls: () => [...urls] }
}
