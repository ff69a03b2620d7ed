import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/lessc/compile.ts'
import { loadImplementation } from '../src/lessc/implementation.ts'
import { minify } from '../src/minify/index.ts'
import { differences, forOldBrowsers } from './support/cascade.ts'
import { chromiumPath, useBrowser } from './support/browser.ts'
import { type Framework, FRAMEWORKS } from './support/frameworks.ts'

/** What a minifier may change, by pattern, and why. */
const LEDGER = (
  JSON.parse(readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as {
    frameworks: Record<Minifier, Record<string, string>>
  }
).frameworks
type Minifier = 'lightningcss' | 'yui' | 'yui-exact'
const MINIFIERS = Object.keys(LEDGER) as Minifier[]

async function render({ less, options, sources }: Framework): Promise<string> {
  const { folder, sheet } = await sources()
  const implementation = await loadImplementation(less, import.meta.dirname)
  const job = { source: sheet, less: options, sourceMap: false, roots: [folder] }
  const { css } = await compile(implementation, job)
  return css
}

/** What ycssmin is known for: it takes the spaces out of `calc(a + b)`, which is no `calc()` then. */
function withoutCalc(css: string): string {
  return css.replaceAll(/calc\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, (calc) =>
    calc.replaceAll(/\s*([+()])\s*/g, '$1'),
  )
}

describe.skipIf(!chromiumPath)('the style libraries of the time', () => {
  const browser = useBrowser()
  const needed = new Set<string>()
  const done: string[] = []

  test.each(FRAMEWORKS)(
    '$name: every minifier keeps every declaration',
    async (framework) => {
      const css = await render(framework)
      expect(css.length).toBeGreaterThan(30_000)
      const page = await browser().newPage()
      const old = await forOldBrowsers(page, css)
      for (const minifier of MINIFIERS) {
        const { code } = await minify({
          css,
          file: '/x.css',
          minifier,
          legacyHacks: 'keep',
          root: import.meta.dirname,
        })
        expect(code.length).toBeLessThan(css.length * 0.9)
        const before = minifier === 'yui-exact' ? withoutCalc(css) : css
        const lost = await differences(page, before, code, minifier !== 'lightningcss')
        const kept = await forOldBrowsers(page, code)
        for (const line of old) if (!kept.has(line)) lost.push(`- ${line}`)
        const unknown = lost.filter((line) => {
          const known = Object.keys(LEDGER[minifier]).find((part) => new RegExp(part).test(line))
          if (known !== undefined) needed.add(`${minifier}: ${known}`)
          return known === undefined
        })
        expect(unknown.map((line) => `${minifier}: ${line}`)).toEqual([])
      }
      await page.close()
      done.push(framework.name)
    },
    180_000,
  )

  test('the ledger holds nothing that is not needed', () => {
    if (done.length < FRAMEWORKS.length) return // some were not asked for, or failed
    const entries = MINIFIERS.flatMap((minifier) =>
      Object.keys(LEDGER[minifier]).map((part) => `${minifier}: ${part}`),
    )
    expect(entries).toEqual([...needed].sort((a, b) => entries.indexOf(a) - entries.indexOf(b)))
  })
})
