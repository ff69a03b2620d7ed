import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LessYuiError } from '../../src/error.ts'
import { withoutComments, ycssmin } from '../../src/minify/ycssmin.ts'
import { yui } from '../../src/minify/yui.ts'
import { ycssminDir } from '../support/project.ts'
import { minified as small } from '../support/minified.ts'

const FILES = path.join(ycssminDir, 'tests/files')
const PAIRS = readdirSync(FILES).filter((name) => name.endsWith('.css'))

test("yui-exact gives ycssmin's 46 expected outputs byte for byte", async () => {
  expect(PAIRS).toHaveLength(46)
  const different: string[] = []
  for (const name of PAIRS) {
    const css = readFileSync(path.join(FILES, name), 'utf8')
    const wanted = readFileSync(path.join(FILES, `${name}.min`), 'utf8').trim()
    if ((await small(css, 'yui-exact')).trim() !== wanted) different.push(name)
  }
  expect(different).toEqual([])
})

test('yui gives what ycssmin gives, but for the ledger', () => {
  const ledger = JSON.parse(readFileSync(new URL('../ledger.json', import.meta.url), 'utf8')) as {
    ycssmin: Record<string, string>
  }
  const different = PAIRS.filter((name) => {
    const wanted = readFileSync(path.join(FILES, `${name}.min`), 'utf8').trim()
    return yui(readFileSync(path.join(FILES, name), 'utf8')).trim() !== wanted
  })
  expect(different).toEqual(Object.keys(ledger.ycssmin).sort())
})

const { cssmin } = createRequire(import.meta.url)('ycssmin') as {
  cssmin: (css: string) => string
}

/** The result, or undefined for what ycssmin would never come back from. */
function attempt(css: string): string | undefined {
  try {
    return ycssmin(css, '/x.css', import.meta.dirname)
  } catch (error) {
    if (error instanceof LessYuiError && error.code === 'LESS_YUI_MINIFY') return undefined
    throw error
  }
}

test('what is left out before ycssmin runs changes nothing, whatever the sheet', () => {
  const pieces = [
    '/*',
    '*/',
    '/*a*/',
    '/*!b*/',
    '/*c\\*/',
    '/**/',
    '"',
    "'",
    '"s"',
    '\\',
    '>',
    ' ',
    '\n',
  ]
  const more = ['a{b:c}', '{', '}', ';', '#aabbcc', 'url(data:x', 'url("data:', ')', '*', '/', '!']
  let shortened = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 14 }), (parts) => {
      const css = parts.join('')
      const made = attempt(css)
      if (made === undefined) return
      if (withoutComments(css) !== css) shortened++
      expect(made).toBe(cssmin(css))
    }),
    { numRuns: 5000 },
  )
  expect(shortened).toBeGreaterThan(100)
})

test('yui-exact says where ycssmin would hang', async () => {
  for (const css of ['.a{color:red}\n.b{background:url("data:image/png)}', '.a{}\n/* no end']) {
    await expect(small(css, 'yui-exact')).rejects.toMatchObject({
      code: 'LESS_YUI_MINIFY',
      place: { line: 2 },
      frame: expect.stringContaining('^') as string,
    })
  }
})

test('yui-exact needs no memory for comments', async () => {
  const css = '/* a comment */\n.a { color: red }\n'.repeat(40_000)
  expect(css.length).toBeGreaterThan(1_000_000)
  expect(await small(css, 'yui-exact')).toBe('.a{color:red}'.repeat(40_000))
})
