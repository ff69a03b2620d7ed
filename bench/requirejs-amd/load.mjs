// @ts-check
/** Loads of a large tree in Chromium: from navigation to the entry's callback. */
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { extname, join } from 'node:path'
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { build, createServer } from 'vite'
import { requirejsAmd } from '../../plugins/requirejs-amd/dist/index.js'
import { median } from './measure.mjs'
import { require, synthetic, write } from './trees.mjs'

const types = /** @type {Record<string, string>} */ ({
  '.html': 'text/html',
  '.js': 'text/javascript',
})

/** Plain files. @param {string} folder */
async function serve(folder) {
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(folder, pathname === '/' ? 'index.html' : pathname)
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end()
    response.setHeader('Content-Type', types[extname(file)] ?? 'text/plain')
    return createReadStream(file).pipe(response)
  })
  await new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}

/**
 * Measures.
 * @param {string} root a folder for the tree @param {number} runs @param {number} count of modules
 */
export async function measureLoads(root, runs, count) {
  const folder = join(root, 'loads')
  synthetic(join(folder, 'www'), count, 200)
  const main = readFileSync(join(folder, 'www/js/main.js'), 'utf8')
  write(
    folder,
    'www/js/main.js',
    main.replace('window.sentinel', 'window.loaded = performance.now(); window.sentinel'),
  )
  write(
    folder,
    'www/js/edited.js',
    "define(['module'], function (module) { if (module.hot) module.hot.accept(); return 1; });\n",
  )
  write(
    folder,
    'www/js/lib/require.js',
    readFileSync(require.resolve('requirejs/require.js'), 'utf8'),
  )
  write(
    folder,
    'www/index.html',
    '<script data-main="/js/main" src="/js/lib/require.js"></script>\n',
  )
  write(folder, 'index.html', '<script data-main="/js/main" src="/js/lib/require.js"></script>\n')
  write(folder, 'build.js', "({ baseUrl: 'www/js', dir: 'built', modules: [{ name: 'main' }] })")
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    publicDir: 'www',
    plugins: [requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js' })],
  })
  const browser = await chromium.launch({
    executablePath: process.env['KOVU_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  })
  /** @type {Record<string, number[]>} */
  const times = {}
  const note = (/** @type {string} */ what, /** @type {number} */ time) =>
    (times[what] ??= []).push(time)
  /** @param {import('playwright-core').Page} page @returns {Promise<number>} */
  const loaded = (page) =>
    page
      .waitForFunction('window.loaded', null, { timeout: 120_000 })
      .then((handle) => handle.jsonValue())
  /** A page with an empty cache, loaded once and once more. @param {string} what @param {string} url */
  const visit = async (what, url) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(url, { waitUntil: 'commit' })
    note(`${what}, first`, await loaded(page))
    await page.reload({ waitUntil: 'commit' })
    note(`${what}, again`, await loaded(page))
    return { page, context }
  }
  const raw = await serve(join(folder, 'www'))
  const bundle = await serve(join(folder, 'dist'))
  try {
    for (let at = 0; at < runs; at++) {
      if (at < 3)
        await visit('require.js, files as they are', raw.url).then(({ context }) => context.close())
      await visit('the production build', bundle.url).then(({ context }) => context.close())
      const server = await createServer({
        root: folder,
        configFile: false,
        logLevel: 'error',
        publicDir: 'www',
        server: { host: '127.0.0.1', port: 0 },
        optimizeDeps: { noDiscovery: true },
        plugins: [requirejsAmd({ build: 'build.js' })],
      })
      await server.listen()
      // A person takes longer to open a page.
      await new Promise((done) => setTimeout(done, 3000))
      const { page, context } = await visit('development', server.resolvedUrls?.local[0] ?? '')
      await page.evaluate(
        "import('/@id/virtual:requirejs-amd/hot.js').then(() => new Promise((done) => requirejs(['edited'], done)))",
      )
      const changed = new Promise((done) => {
        server.watcher.on('change', () => done(performance.now()))
      })
      const replaced = page
        .waitForEvent('console', (message) => message.text().includes('replaced'))
        .then(() => performance.now())
      writeFileSync(
        join(folder, 'www/js/edited.js'),
        `define(['module'], function (module) { if (module.hot) module.hot.accept(); return ${at + 2}; });\n`,
      )
      note(
        'development, an edit from the file event on',
        (await replaced) - /** @type {number} */ (await changed),
      )
      await context.close()
      await server.close()
    }
  } finally {
    await browser.close()
    raw.close()
    bundle.close()
  }
  const base = {
    first: median(times['the production build, first'] ?? []),
    again: median(times['the production build, again'] ?? []),
  }
  console.log(`\n${count} modules in Chromium`)
  for (const [what, all] of Object.entries(times)) {
    const time = median(all)
    const ratio = what.endsWith('first')
      ? time / base.first
      : what.endsWith('again')
        ? time / base.again
        : undefined
    console.log(
      `  ${what.padEnd(48)}${time.toFixed(0).padStart(7)} ms${ratio === undefined ? '' : `   ${ratio.toFixed(2)} x the build`}`,
    )
  }
}
