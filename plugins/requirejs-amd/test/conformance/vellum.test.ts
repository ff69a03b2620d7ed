/**
 * dimagi/Vellum at c0e55d16, whose build file has `tpl!`, `text!`, `json!`, `css!`, `less!`, stubs and pragmas: what its own tests say of its page after r.js
 * and after our build. `KOVU_AMD_VELLUM` names a checkout with the npm packages of its `package.json`. It is copied.
 */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { openChromium } from '../browser/chromium.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { serve } from './serve.ts'

const checkout = process.env['KOVU_AMD_VELLUM']

/** What the site's Makefile does when the layers are there. */
function finish(root: string): void {
  const built = join(root, '_build')
  const drop = (...names: string[]): void => {
    for (const name of names) rmSync(join(built, name), { recursive: true, force: true })
  }
  drop('src/exclude.js', 'src/templates', 'src/less-style')
  const kept = new Set(['src', 'lib', 'README.md', 'node_modules'])
  drop(...readdirSync(built).filter((name) => !kept.has(name)))
  drop(...readdirSync(join(built, 'node_modules')).map((name) => `node_modules/${name}`))
  const theme = 'node_modules/jstree/dist/themes/default'
  cpSync(join(root, theme), join(built, theme), {
    recursive: true,
    filter: (path) => !/\.(?:css|less)$/.test(path),
  })
  for (const layer of ['local-deps', 'main-components'])
    appendFileSync(join(built, 'style.css'), readFileSync(join(built, `src/${layer}.css`)))
  cpSync(join(root, 'src/images'), join(built, 'images'), { recursive: true })
  // r.js copies the tree; a static server of the site would have it.
  cpSync(join(root, 'lib'), join(built, 'lib'), { recursive: true, force: false })
  const python = (code: string): string =>
    execFileSync('python3', [code], { cwd: root, encoding: 'utf8' })
  rmSync(join(built, 'src/main.js'), { force: true })
  appendFileSync(join(built, 'src/main.js'), python('buildmain.py'))
}

/** What mocha says: names of its outermost suites with titles. */
interface Report {
  readonly passed: readonly [string, string][]
  readonly failed: readonly [string, string][]
}

/** Writes down what mocha says. */
const LISTEN = `(function () {
  var mocha
  Object.defineProperty(window, 'mocha', { configurable: true, get: function () { return mocha }, set: function (value) {
    if (mocha === value) return
    mocha = value
    var run = value.run
    value.run = function (done) {
      var report = { passed: [], failed: [] }
      var add = function (to) { return function (test) { to.push([test.titlePath()[0], test.fullTitle()]) } }
      return run.call(this, done)
        .on('pass', add(report.passed))
        .on('fail', add(report.failed))
        .on('end', function () { window.report = report })
    }
  } })
})()`

/** Runs the tests of a page; only those of some suites, if they are named. */
async function mocha(root: string, suites: readonly string[] = []): Promise<Report> {
  const server = await serve(root)
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    await page.addInitScript(LISTEN)
    const names = suites.map((name) => name.replaceAll(/[^\w ]/g, '.'))
    const grep = suites.length === 0 ? '' : `&grep=${encodeURIComponent(`^(${names.join('|')})`)}`
    await page.goto(`${server.url}?useBuilt=true${grep}`)
    const found = await page.waitForFunction('window.report', undefined, {
      timeout: 1_800_000,
      polling: 1000,
    })
    return (await found.jsonValue()) as Report
  } finally {
    await browser.close()
    server.close()
  }
}

const titles = ({ passed }: Report): ReadonlySet<string> =>
  new Set(passed.map(([, title]) => title))

useLoader()

describe.skipIf(checkout === undefined)('Vellum (KOVU_AMD_VELLUM, Chromium)', () => {
  test('passes the same of its tests after our build', { timeout: 3_000_000 }, async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-vellum-')))
    const [theirs, own] = [join(folder, 'theirs'), join(folder, 'own')]
    try {
      for (const copy of [theirs, own])
        cpSync(checkout ?? '', copy, {
          recursive: true,
          filter: (path) => !/^\/(?:\.git|_\w+)$/.test(path.slice(checkout?.length)),
        })
      execFileSync(process.execPath, ['node_modules/requirejs/bin/r.js', '-o', 'build.js'], {
        cwd: theirs,
        stdio: 'ignore',
      })
      await build({
        root: own,
        configFile: false,
        logLevel: 'silent',
        build: { outDir: '_build', rolldownOptions: { input: [] } },
        plugins: [requirejsAmd({ build: 'build.js' })],
      })
      for (const layer of ['local-deps', 'main-components']) {
        const sheet = `_build/src/${layer}.css`
        expect(readFileSync(join(own, sheet), 'utf8')).toBe(
          readFileSync(join(theirs, sheet), 'utf8'),
        )
      }
      finish(theirs)
      finish(own)
      const [before, after] = await Promise.all([mocha(theirs), mocha(own)])
      console.log(`${after.passed.length} tests pass, ${before.passed.length} after r.js`)
      expect(after.passed.length).toBeGreaterThan(1_000)
      const odd = [...before.passed, ...after.passed].filter(
        ([, title]) => titles(before).has(title) !== titles(after).has(title),
      )
      if (odd.length === 0) return
      // Some of them wait for a fixed time, which a busy machine does not keep: their suites get a second chance.
      const suites = [...new Set(odd.map(([suite]) => suite))]
      const again = await Promise.all([mocha(theirs, suites), mocha(own, suites)])
      const differ = (which: readonly Report[]): string[] =>
        odd
          .map(([, title]) => title)
          .filter((title) => !which.some((one) => titles(one).has(title)))
      expect(differ([after, again[1]])).toEqual(differ([before, again[0]]))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
