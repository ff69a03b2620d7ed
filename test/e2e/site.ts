import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type Browser, openBrowser } from '../support/browser.ts'
import { isReady, style, type Visit, watchPage } from '../support/page.ts'
import type { Site } from '../support/site.ts'

/**
 * What every visitor of the playground must see, however the site was built or is served.
 *
 * @param name Which way the site is run, for the report.
 * @param start Starts it.
 */
export function describeSite(name: string, start: () => Promise<Site>): void {
  describe(`Drund as ${name}`, () => {
    let site: Site
    let browser: Browser
    let visits: Visit[] = []

    beforeAll(async () => {
      site = await start()
      browser = await openBrowser(site)
    })
    afterAll(async () => {
      await browser?.close()
      await site?.stop()
    })
    beforeEach(async () => {
      visits = []
      await browser.context.clearCookies()
    })
    // Whatever a test looks at, nothing may be red in the console of any page it opened.
    afterEach(async () => {
      const problems = visits.flatMap((visit) => visit.problems())
      for (const { page } of visits) await page.close()
      expect(problems).toEqual([])
    })

    /** Opens a page of a host and waits until its own scripts say that they are done. */
    async function visit(host: string, path: string, ready?: string): Promise<Visit> {
      const page = await browser.newPage()
      const opened: Visit = { page, ...watchPage(page) }
      visits.push(opened)
      await page.goto(site.origin(host) + path)
      if (ready !== undefined) await isReady(page, ready)
      return opened
    }

    async function signIn(username: string): Promise<Page> {
      const { page } = await visit('www', '/login/')
      await page.fill('#login [name=username]', username)
      await page.fill('#login [name=password]', username)
      await page.click('#login button')
      await isReady(page, 'home')
      return page
    }

    describe('the home page', () => {
      test('comes over HTTPS from an authority the browser trusts', async () => {
        const { page } = await visit('www', '/', 'home')
        expect(await page.evaluate(() => [location.protocol, isSecureContext])).toEqual([
          'https:',
          true,
        ])
      })

      test('is styled by the stylesheet, its partials and bootstrap', async () => {
        const { page } = await visit('www', '/', 'home')
        expect(await style(page, '.navbar-drund', 'background-color')).toBe('rgb(20, 80, 92)')
        expect(await style(page, '.card', 'border-top-left-radius')).toBe('5px')
        expect(await style(page, '.glyphicon', 'font-family')).toContain('Glyphicons Halflings')
        expect(await style(page, '.row', 'margin-left')).toBe('-15px')
        // A mixin whose colours are computed with functions.
        expect(await style(page, '.navbar-drund', 'background-image')).toMatch(/linear-gradient/)
      })

      test('loads the images and fonts that the stylesheet names', async () => {
        const { page, urls } = await visit('www', '/', 'home')
        expect(await style(page, 'body', 'background-image')).toMatch(/tile\b.*\.png/)
        expect(await style(page, '#search', 'background-image')).toMatch(/^url\("data:image\/svg/)
        await page.waitForFunction(() =>
          [...document.fonts].some(
            (font) => font.family.includes('Glyphicons') && font.status === 'loaded',
          ),
        )
        const requested = urls().map((url) => new URL(url).pathname)
        for (const kind of [/tile\b.*\.png$/, /cover\b.*\.svg$/, /glyphicons\b.*\.woff2?$/]) {
          expect(requested).toContainEqual(expect.stringMatching(kind))
        }
      })

      test('shows the feed of the API by Hogan templates and their partials', async () => {
        const { page } = await visit('www', '/', 'home')
        const posts = page.locator('#feed article.post')
        expect(await posts.count()).toBeGreaterThanOrEqual(7)
        const floats = posts.filter({ hasText: 'She floats!' })
        expect(await floats.locator('.post-author').innerText()).toMatch(/^Anna Lindqvist/)
        expect(await floats.locator('.js-like').innerText()).toMatch(/Like\s+4/)
        await floats.locator('.post-picture').scrollIntoViewIfNeeded()
        await page.waitForFunction(() =>
          [...document.querySelectorAll<HTMLImageElement>('#feed img')].every(
            (image) => image.complete && image.naturalWidth > 0,
          ),
        )
      })

      test('runs modules of every kind', async () => {
        const { page } = await visit('www', '/', 'home')
        // A package, called by the formatter: ":anchor:" became a symbol, "@anna" a link.
        expect(await page.locator('#feed').innerText()).toContain('\u2693')
        const mention = page.locator('#feed a.mention').first()
        expect(await mention.getAttribute('href')).toMatch(/^\/\/www\..*\/u\/anna\/$/)
        // A text file.
        expect(await page.locator('#tip .tip-text').innerText()).toMatch(/\w+.*\.$/)
        // The page's own inline require() call.
        await page.waitForSelector('#clock[data-clock=on]')
        expect(await page.locator('#clock').innerText()).toMatch(/^\d\d:\d\d$/)
        // The library without AMD still makes its global.
        expect(await page.evaluate(() => typeof Reflect.get(window, 'Strftime'))).toBe('object')
        // The configuration that the Django template handed over.
        const config = await page.evaluate<string>(() => {
          const load = Reflect.get(window, 'require') as (id: string) => { page: string }
          return load('app/settings').page
        })
        expect(config).toBe('home')
      })

      test('loads what a click needs at the click', async () => {
        const { page, urls } = await visit('www', '/', 'home')
        expect(urls().filter((url) => /\/(share|card)\b/.test(url))).toEqual([])
        const post = page.locator('#feed article.post', { hasText: 'She floats!' })

        await post.locator('.js-share').click()
        const text = await page.locator('.drund-dialog .share-text').inputValue()
        expect(text).toMatch(/^She floats!.*\u2693 https:\/\/www\..*#post-\d+$/)
        await page.click('.drund-dialog .js-close')

        await post.locator('.js-card').click()
        const card = page.locator('.drund-dialog .user-card')
        expect(await card.innerText()).toContain('Boat builder, Gothenburg')
        expect(await card.locator('.label').count()).toBeGreaterThanOrEqual(1)
      })

      test('keeps what is typed, and posts it', async () => {
        const page = await signIn('anna')
        await page.fill('#text', 'A line about <b>varnish</b> & tar')
        expect(await page.getAttribute('#text', 'data-autosize')).toBe('on')
        expect(await page.locator('#composer .js-left').innerText()).toBe('467')
        await page.click('#composer button')
        const first = page.locator('#feed article.post').first()
        await first.filter({ hasText: 'varnish</b> & tar' }).waitFor()
        // The post may come by the WebSocket before the answer that empties the field.
        await expect.poll(() => page.inputValue('#text')).toBe('')
        await page.reload()
        await isReady(page, 'home')
        expect(await page.locator('#feed article.post').first().innerText()).toContain('<b>varnish')
      })

      test('likes a post on the API host, and takes it back', async () => {
        const page = await signIn('ben')
        const like = page.locator('#feed .post', { hasText: 'Last coat' }).locator('.js-like')
        const before = Number(await like.locator('.badge').innerText())
        await like.click()
        await page.waitForSelector('.post:has-text("Last coat") .js-like.is-liked')
        expect(Number(await like.locator('.badge').innerText())).toBe(before + 1)
        await like.click()
        await page.waitForSelector('.post:has-text("Last coat") .js-like:not(.is-liked)')
      })
    })

    describe('the hosts', () => {
      test('the session of www is valid on api and activity', async () => {
        const page = await signIn('anna')
        await page.waitForSelector('#ticker[data-live=on][data-user=anna]')
        for (const url of [`${site.origin('api')}/me`, `${site.origin('activity')}/whoami`]) {
          const answer = await page.evaluate(
            async (address) => (await fetch(address, { credentials: 'include' })).json(),
            url,
          )
          expect(answer).toMatchObject({ user: { username: 'anna', name: 'Anna Lindqvist' } })
        }
      })

      test('a post appears on every open page, through the WebSocket', async () => {
        const home = (await visit('www', '/', 'home')).page
        const profile = (await visit('www', '/u/ben/', 'profile')).page
        const classic = (await visit('www', '/classic/', 'classic')).page
        for (const page of [home, profile, classic]) {
          await page.waitForSelector('#ticker[data-live=on]')
        }
        const writer = await signIn('ben')
        const text = `Fresh from the oven ${Date.now()}`
        await writer.fill('#text', text)
        await writer.click('#composer button')
        await home.locator('#feed article.post.fresh', { hasText: text }).waitFor()
        await profile.locator('#feed article.post.fresh', { hasText: text }).waitFor()
        await classic.waitForSelector('#ticker.ticker-news')
        expect(await classic.locator('#ticker').innerText()).toContain(`Ben Okafor: ${text}`)
      })

      test('the domain itself is the front door', async () => {
        const { page } = await visit('', '/', 'welcome')
        expect(await page.locator('h1').innerText()).toBe('A small place for the people you know.')
        expect(await style(page, '.navbar-drund', 'background-color')).toBe('rgb(20, 80, 92)')
        expect(await page.locator('.welcome-faces a').count()).toBe(5)
      })

      test('every member has a host', async () => {
        const { page } = await visit('ben', '/', 'profile')
        expect(await page.locator('.profile-name').innerText()).toBe('Ben Okafor')
      })

      test('the admin takes a login and is styled', async () => {
        const { page } = await visit('admin', '/')
        await page.fill('#id_username', 'admin')
        await page.fill('#id_password', 'admin')
        await page.click('[type=submit]')
        await page.locator('#user-tools', { hasText: 'Site' }).waitFor()
        expect(await style(page, '#header', 'background-color')).toBe('rgb(65, 118, 144)')
        await page.click('.model-post a')
        await page.locator('#result_list tr').first().waitFor()
      })
    })

    test('the language switch changes a text of a template', async () => {
      const { page } = await visit('www', '/', 'home')
      const post = page.locator('#feed .post', { hasText: 'She floats!' })
      expect(await post.locator('.js-like').innerText()).toMatch(/^\s*Like\b/)
      await page.click('.languages button[value=de]')
      await page.waitForSelector('html[lang=de][data-ready=home]')
      expect(await post.locator('.js-like').innerText()).toMatch(/^\s*Gefällt mir\b/)
      expect(await page.locator('#suggestions .side-title').textContent()).toContain('Leute, die')
      await page.click('.languages button[value=en]')
      await page.waitForSelector('html[lang=en][data-ready=home]')
      expect(await post.locator('.js-like').innerText()).toMatch(/^\s*Like\b/)
    })

    test('the profile page has a layer and a stylesheet of its own', async () => {
      const { page, urls } = await visit('www', '/u/anna/', 'profile')
      expect(await page.locator('.profile-name').innerText()).toBe('Anna Lindqvist')
      expect(await page.locator('.profile-title').innerText()).toBe('Boat builder from Gothenburg')
      expect(await style(page, '.profile-head', 'background-image')).toMatch(/cover-profile.*\.svg/)
      expect(await style(page, '.profile-head', 'padding-top')).toBe('90px')
      const authors = await page.locator('#feed .post-author a').allInnerTexts()
      expect(new Set(authors)).toEqual(new Set(['Anna Lindqvist']))
      expect(urls().filter((url) => /\/main\/js\/main\b/.test(url))).toEqual([])
    })

    test('the widget is one plain script in production, and AMD under debug', async () => {
      const { page } = await visit('www', '/widget/', 'widget')
      expect(await page.locator('.widget-row').count()).toBe(3)
      expect(await page.locator('.widget-title').innerText()).toContain('Latest on Drund')
      const scripts = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map((one) => one.src),
      )
      const built = scripts.filter((src) => /\/widget\.built\b/.test(src))
      expect(built).toHaveLength(site.kind === 'development' ? 0 : 1)
      expect(await page.evaluate(() => typeof Reflect.get(window, 'define'))).toBe(
        site.kind === 'development' ? 'function' : 'undefined',
      )
    })

    test('three plain script tags and an inline require() make a page', async () => {
      const { page } = await visit('www', '/plain/', 'plain')
      expect(await page.locator('.greeting').innerText()).toContain('Hello from a hand-made page.')
      expect(await page.locator('#plain .muted').innerText()).toMatch(
        /^jQuery 3\.[\d.]+, Underscore 1\.[\d.]+, Backbone 1\.[\d.]+$/,
      )
    })

    test('a classic script makes its global, and an ES module runs beside it', async () => {
      const { page } = await visit('www', '/classic/', 'classic')
      expect(await page.locator('#jquery').innerText()).toMatch(/^jQuery 3\./)
      expect(await page.evaluate(() => typeof Reflect.get(window, 'jQuery'))).toBe('function')
      await page.click('#toggle')
      expect(await page.locator('#latest li').first().isVisible()).toBe(true)
      await page.waitForSelector('html[data-island=on]')
      await page.click('#island .counter')
      expect(await page.locator('#island .counter').allInnerTexts()).toEqual(['4 waves'])
    })

    test('every static file comes from STATIC_URL, under a hashed name in production', async () => {
      const pages: [string, string, string?][] = [
        ['www', '/', 'home'],
        ['www', '/u/anna/', 'profile'],
        ['www', '/widget/', 'widget'],
        ['www', '/plain/', 'plain'],
        ['www', '/classic/', 'classic'],
        ['', '/', 'welcome'],
        ['admin', '/login/'],
      ]
      for (const [host, path, ready] of pages) {
        const base = new URL(site.staticUrl, site.origin(host)).href
        const { page, urls } = await visit(host, path, ready)
        const loaded = urls().filter((url) => new URL(url).pathname.startsWith('/static/'))
        expect(loaded.length).toBeGreaterThanOrEqual(2)
        expect(loaded.filter((url) => !url.startsWith(base))).toEqual([])
        // Before there was a map of ids, RequireJS asked for what it loads late by its plain name.
        const plain = loaded.filter((url) => !/\.[0-9a-f]{12}\.\w+$/.test(url))
        expect(site.kind === 'production' ? plain : []).toEqual([])
        await page.close()
      }
    })
  })
}
