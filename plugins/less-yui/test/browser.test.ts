import type { Page } from 'playwright-core'
import { createServer } from 'vite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lessYui, type LessYuiOptions } from '../src/index.ts'
import { chromiumPath, useBrowser } from './support/browser.ts'
import { type Project, project } from './support/project.ts'
import { folderOf, VERSIONS } from './support/versions.ts'

const RED = 'rgb(255, 0, 0)'
const GREEN = 'rgb(0, 128, 0)'
const BLUE = 'rgb(0, 0, 255)'

/** The script notes the colour of every frame, and would be gone after a reload. */
const PAGE = `<!doctype html>
<link rel="stylesheet" href="/css/main.css?v=42">
<link rel="stylesheet" href="/css/other.css">
<p class="main">main</p><p class="other">other</p>
<script>
  window.frames_ = []
  const note = () => {
    const color = getComputedStyle(document.querySelector('.main')).color
    if (frames_.at(-1) !== color) frames_.push(color)
    requestAnimationFrame(note)
  }
  addEventListener('load', note)
</script>
`
const SITE = {
  'index.html': PAGE,
  'css/main.less': '@import "parts/a";\n.main { color: @c }\n',
  'css/parts/a.less': '@c: red;\n',
  'css/other.less': '.other { color: blue }\n',
}

describe.skipIf(!chromiumPath)('in a browser', () => {
  const browser = useBrowser()

  async function open(
    site: Project,
    options: LessYuiOptions = {},
  ): Promise<{ page: Page; requested: string[] }> {
    const server = await createServer({
      root: site.root,
      configFile: false,
      logLevel: 'silent',
      optimizeDeps: { noDiscovery: true },
      server: { host: '127.0.0.1', port: 0, watch: { interval: 50 } },
      plugins: [lessYui(options)],
    })
    onTestFinished(() => server.close())
    await server.listen()
    const page = await browser().newPage()
    onTestFinished(() => page.close())
    const requested: string[] = []
    page.on('request', (request) => void requested.push(new URL(request.url()).pathname))
    const connected = page.waitForEvent('console', (line) => line.text().includes('connected.'))
    await page.goto(server.resolvedUrls?.local[0] ?? '')
    await connected
    return { page, requested }
  }

  const style = (page: Page, selector: string, property = 'color'): Promise<string> =>
    page.$eval(
      selector,
      (element, name) => getComputedStyle(element).getPropertyValue(name),
      property,
    )

  const becomes = (page: Page, selector: string, value: string, property?: string): Promise<void> =>
    expect.poll(() => style(page, selector, property), { timeout: 15_000 }).toBe(value)

  const colours = (page: Page): Promise<string[]> => page.evaluate<string[]>('frames_')

  test('an edit of a partial swaps its link: no reload, no flash, no other sheet', async () => {
    const site = project(SITE)
    const { page, requested } = await open(site)
    await becomes(page, '.main', RED)
    requested.length = 0
    site.write('css/parts/a.less', '@c: green;\n')
    await becomes(page, '.main', GREEN)
    site.write('css/parts/a.less', '@c: blue;\n')
    await becomes(page, '.main', BLUE)
    // Every frame had one of the three colours: none was without its sheet.
    expect(await colours(page)).toEqual([RED, GREEN, BLUE])
    expect([...new Set(requested)]).toEqual(['/css/main.css'])
    await expect.poll(() => page.$$eval('link', (links) => links.length)).toBe(2)
  })

  test('so does whatever else a sheet is made from', async () => {
    const site = project({
      ...SITE,
      'css/main.less': [
        '@plugin "../tools/plugin";',
        '@import (optional) "parts/later";',
        '@import (reference) "parts/mixins";',
        '@import (inline) "parts/raw.txt";',
        '.main { color: @brand; width: size(); background: data-uri("dot.svg"); .mixin() }',
      ].join('\n'),
      'css/parts/mixins.less': '.mixin() { height: 5px }',
      'css/parts/raw.txt': '.main { top: 1px }',
      'css/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'tools/plugin.js': 'functions.add("size", () => "10px")',
      'settings/colours.json': '{ "brand": "red" }',
    })
    const { page, requested } = await open(site, { less: { globalVars: 'settings/colours.json' } })
    await becomes(page, '.main', '10px', 'width')
    requested.length = 0
    site.write('settings/colours.json', '{ "brand": "green" }')
    await becomes(page, '.main', GREEN)
    site.write('tools/plugin.js', 'functions.add("size", () => "20px")')
    await becomes(page, '.main', '20px', 'width')
    site.write('css/parts/later.less', '.main { left: 3px }')
    await becomes(page, '.main', '3px', 'left')
    site.write('css/parts/mixins.less', '.mixin() { height: 6px }')
    await becomes(page, '.main', '6px', 'height')
    site.write('css/parts/raw.txt', '.main { top: 2px }')
    await becomes(page, '.main', '2px', 'top')
    const image = await style(page, '.main', 'background-image')
    site.write('css/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg"><!-- --></svg>')
    await expect.poll(() => style(page, '.main', 'background-image')).not.toBe(image)
    expect(await colours(page)).toEqual([RED, GREEN])
    expect([...new Set(requested)]).toEqual(['/css/main.css'])
  })

  test('an error lies over the page that stays, says where it is, and goes', async () => {
    const site = project(SITE)
    const { page } = await open(site)
    await becomes(page, '.main', RED)
    site.write('css/parts/a.less', '@c: red;\n\n.a { color: @nope }\n')
    const overlay = page.locator('vite-error-overlay')
    await overlay.waitFor({ timeout: 15_000 })
    const text = (part: string): Promise<string> => overlay.locator(part).first().innerText()
    expect(await text('.message')).toContain('variable @nope is undefined')
    expect(await text('.file')).toContain(`${site.file('css/parts/a.less')}:3:13`)
    expect(await text('.frame')).toMatch(/3 {2}\| {2}\.a \{ color: @nope \}\n.* {2}\^/)
    expect(await style(page, '.main')).toBe(RED)
    site.write('css/parts/a.less', '@c: green;\n')
    await becomes(page, '.main', GREEN)
    await overlay.waitFor({ state: 'detached' })
    expect(await colours(page)).toEqual([RED, GREEN])
  })

  test('a page that is opened while a sheet is wrong says so, and recovers', async () => {
    const site = project({ ...SITE, 'css/main.less': '@import "parts/gone";\n.main { color: @c }' })
    const { page, requested } = await open(site)
    await page.locator('vite-error-overlay .message').first().waitFor({ timeout: 15_000 })
    site.write('css/parts/gone.less', '@c: green;')
    await becomes(page, '.main', GREEN)
    await page.locator('vite-error-overlay').waitFor({ state: 'detached' })
    // It never had its sheet, so it is loaded once more, and once only.
    expect(requested.filter((url) => url === '/')).toHaveLength(2)
  })

  test('a sheet that a script imports is replaced in place', async () => {
    const site = project({
      ...SITE,
      'index.html': `${PAGE}<script type="module" src="/main.js"></script>`,
      'main.js': "import './css/script.less'",
      'css/script.less': '@import "parts/a"; .other { background: @c }',
    })
    const { page } = await open(site)
    await becomes(page, '.other', RED, 'background-color')
    site.write('css/parts/a.less', '@c: green;')
    await becomes(page, '.other', GREEN, 'background-color')
    await becomes(page, '.main', GREEN)
    expect(await colours(page)).toEqual([RED, GREEN])
  })

  test.each(VERSIONS.slice(0, -1))('less %s: partials and data-uri() too', async (version) => {
    const site = project({
      ...SITE,
      'css/main.less':
        '@import "parts/a.less";\n.main { color: @c; background: data-uri("dot.svg") }',
      'css/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    })
    const { page } = await open(site, { implementation: folderOf(version) })
    await becomes(page, '.main', RED)
    site.write('css/parts/a.less', '@c: green;')
    await becomes(page, '.main', GREEN)
    const image = await style(page, '.main', 'background-image')
    site.write('css/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg"><!-- --></svg>')
    await expect.poll(() => style(page, '.main', 'background-image')).not.toBe(image)
    expect(await colours(page)).toEqual([RED, GREEN])
  })
})
