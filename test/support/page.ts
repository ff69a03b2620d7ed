import type { Page } from 'playwright-core'

/** A page that is watched from its first request on. */
export interface Visit extends Watched {
  readonly page: Page
}

/** What a page has done so far. */
interface Watched {
  /** What a developer would see in red, a line each. */
  readonly problems: () => string[]
  /** What it has requested. */
  readonly urls: () => string[]
}

/**
 * Watches a page for everything a developer would see in red: console errors, uncaught errors, failed requests, and answers
 * of 400 and above.
 */
export function watchPage(page: Page): Watched {
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

/** Waits until the page's own scripts say that they are done. */
export function isReady(page: Page, name: string): Promise<unknown> {
  return page.waitForSelector(`html[data-ready=${name}]`)
}

/** A computed style of the first element of a selector. */
export function style(page: Page, selector: string, property: string): Promise<string> {
  return page.evaluate(
    ([query, name]) => {
      const element = document.querySelector(query)
      if (element === null) throw new Error(`There is no ${query}.`)
      return getComputedStyle(element).getPropertyValue(name)
    },
    [selector, property] as const,
  )
}
