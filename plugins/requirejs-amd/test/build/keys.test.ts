/** Keys of r.js build files: what is built does what r.js's own output does, under require.js and under our loader. */
import { readFileSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { newSyntax } from './es5.ts'
import { layers, scripts } from './keys-cases.ts'
import { requireJs, visit, type ScriptTag, type Visit } from './page.ts'
import { Site } from './site.ts'

const MAIN: readonly ScriptTag[] = [{ src: 'js/lib/require.js', main: 'js/main' }]
const values = (page: Visit | undefined): unknown => JSON.parse(JSON.stringify(page?.trace ?? []))

describe.each(Object.entries(layers))('%s', (_, { files, keys, page = MAIN }) => {
  test.each(['none', 'uglify'])('in layers, optimize: %s', async (optimize) => {
    const file = `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'${optimize}',${keys}})`
    using site = new Site({ ...files, '/build.js': file })
    const rjs = await visit(await site.rjs(), page)
    const output = await site.ours()
    const own = await visit(output, page)
    expect(rjs.trace.length).toBeGreaterThan(0)
    expect.soft(own.errors, 'our loader').toEqual([])
    expect.soft(values(own), 'our loader').toEqual(values(rjs))
    // Stock require.js knows no namespace: it has to be built with the rest.
    const loader = keys.includes('namespace') ? [] : [['js/lib/require.js', requireJs] as const]
    const stock = await visit(new Map([...output, ...loader]), page)
    expect.soft(values(stock), 'require.js').toEqual(values(rjs))
    const small = optimize === 'none' ? [] : [...output].filter(([name]) => name.endsWith('.js'))
    for (const [name, code] of small) expect.soft(newSyntax(code), name).toEqual([])
  })
})

describe.each(Object.entries(scripts))('%s', (_, { files, keys, page = [] }) => {
  test.each(['none', 'uglify'])('in a single file, optimize: %s', async (optimize) => {
    const file = `({baseUrl:'www/js',out:'www/js/built.js',optimize:'${optimize}',${keys}})`
    using site = new Site({ ...files, '/build.js': file })
    const built = `${site.root}/www/js/built.js`
    await site.rjs()
    const rjs = readFileSync(built, 'utf8')
    rmSync(built)
    const own = (await site.ours()).get('js/built.js') ?? ''
    const [a, b] = await Promise.all(
      [rjs, own].map((code) =>
        visit(
          { ...files, built: code },
          page.map((tag) => (Object.keys(tag).length === 0 ? { src: 'built' } : tag)),
        ),
      ),
    )
    expect(a?.trace.length).toBeGreaterThan(0)
    expect(b?.errors).toEqual(a?.errors)
    expect(values(b)).toEqual(values(a))
  })
})
