import path from 'node:path'
import type { DerivedResource } from '@kovu/protocol'
import { describe, expect, test } from 'vitest'
import type { HulkAmdOptions } from '../src/index.ts'
import { bundle, run } from './support/bundle.ts'
import { hogan } from './support/hogan.ts'
import { apiOf, derivationFor, site } from './support/site.ts'

const FILES = {
  't/hello.mustache': '\uFEFF Hello {{name}}{{^name}}nobody{{/name}}\n',
  'main.js': `import render from './t/hello.mustache?hogan-render'
import text from './t/hello.mustache?raw'
export { render, text }
`,
}

async function resource(
  root: string,
  plugin: string,
  options?: HulkAmdOptions,
): Promise<DerivedResource> {
  const { resources = [] } = derivationFor(await apiOf(root, options), 'hello.mustache')
  const found = resources.find((one) => one.plugin === plugin)
  if (!found) throw new Error(`nothing is made for ${plugin}!`)
  return found
}

/** What an AMD loader makes of a module. */
function define(code: string): { ids: string[]; value: unknown } {
  let made: { ids: string[]; value: unknown } | undefined
  const amd = (...args: unknown[]): void => {
    const factory = args.at(-1) as (...values: unknown[]) => unknown
    made = { ids: args.length > 1 ? (args[0] as string[]) : [], value: factory(hogan) }
  }
  // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
  new Function('define', code)(amd)
  if (!made) throw new Error('it defines nothing')
  return made
}

describe('resources of AMD loader plugins', () => {
  test.for(['hgn', 'hogan', 'mustache', 'stache', 'tpl'])(
    '%s! is a bound function that renders, as AMD and as an ES module',
    async (plugin) => {
      const root = site(FILES)
      const made = await resource(root, plugin)
      expect(made.query).toBe('hogan-render')
      const source = path.join(root, 't/hello.mustache')
      const { code, watch, map } = await made.render(source)
      expect(watch).toEqual([source])
      expect(JSON.parse(map ?? '')).toMatchObject({ version: 3, sources: ['hello.mustache'] })
      const { ids, value } = define(code)
      expect(ids).toEqual(['hogan'])
      const amd = value as ((context: unknown) => string) & { template: { render: unknown } }
      expect(amd({ name: '<you>' })).toBe('Hello &lt;you&gt;')
      expect(typeof amd.template.render).toBe('function')
      const { render: esm } = (await run((await bundle(root)).code)) as { render: typeof amd }
      for (const context of [{ name: 'you' }, {}]) expect(esm(context)).toBe(amd(context))
    },
  )

  test('text! is the source, as AMD and as an ES module', async () => {
    const root = site(FILES)
    const made = await resource(root, 'text')
    expect(made.query).toBe('raw')
    const { code } = await made.render(path.join(root, 't/hello.mustache'))
    const { text } = await run((await bundle(root)).code)
    expect(define(code).value).toBe(text)
    expect(text).toBe(' Hello {{name}}{{^name}}nobody{{/name}}\n')
  })

  test('ask for Hogan by the hoganId option', async () => {
    const root = site(FILES)
    const made = await resource(root, 'hgn', { hoganId: 'vendor/hogan' })
    expect(define((await made.render(path.join(root, 't/hello.mustache'))).code).ids).toEqual([
      'vendor/hogan',
    ])
  })

  test('that are wrong are located errors', async () => {
    const root = site({ 'a.mustache': '\n{{#a}}' })
    const made = await resource(root, 'hgn')
    await expect(made.render(path.join(root, 'a.mustache'))).rejects.toMatchObject({
      pluginCode: 'HULK_AMD_UNCLOSED_SECTION',
      loc: { line: 2, column: 0 },
    })
  })

  test('come from derivations that replace what pages hold themselves, if they are AMD', async () => {
    const root = site({})
    for (const [format, hot] of [
      ['amd', true],
      ['cjs', false],
      ['esm', false],
    ] as const) {
      const { derives = [] } = await apiOf(root, { format })
      expect(derives.map((one) => one.hot)).toEqual(derives.map(() => hot))
    }
  })
})
