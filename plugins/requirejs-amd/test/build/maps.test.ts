/** Source maps of three real libraries: every mapped token stands where the map says, in a source as it is on disk. */
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { eachMapping, TraceMap } from '@jridgewell/trace-mapping'
import { expect, test } from 'vitest'
import { Site } from './site.ts'

const require = createRequire(import.meta.url)
const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`))

const word = /[\w$]+/y

/** The word that begins at a place; '' where none does. */
function wordAt(lines: readonly string[], line: number, column: number): string {
  word.lastIndex = column
  return word.exec(lines[line] ?? '')?.[0] ?? ''
}

test.each([
  ['jQuery', join(folderOf('jquery'), 'src'), ['lib/jquery'], 5_000, 'amd'],
  ['lodash', folderOf('lodash-amd'), ['lib/main', 'lib/template', 'lib/chunk'], 5_000, 'amd'],
  ['Underscore', join(folderOf('underscore'), 'amd'), ['lib/index-default'], 1_000, 'amd'],
  ['an ES chunk', join(folderOf('underscore'), 'amd'), ['lib/index-default'], 1_000, 'esm'],
] as const)('%s', { timeout: 120_000 }, async (_, library, ids, some, format) => {
  using site = new Site({
    'js/main.js': `define([${ids.map((id) => `'${id}'`).join()}],function(one){return one})`,
    '/build.js': "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}]})",
  })
  mkdirSync(join(site.root, 'www/js/lib'), { recursive: true })
  cpSync(library, join(site.root, 'www/js/lib'), { recursive: true })
  const out = await site.ours({ format }, { build: { sourcemap: true } })
  const layer = format === 'esm' ? '_kovu/es/js/main.js' : 'js/main.js'
  const generated = (out.get(layer) ?? '').split('\n')
  const map = JSON.parse(out.get(`${layer}.map`) ?? '') as ConstructorParameters<
    typeof TraceMap
  >[0] & { sources: string[]; sourcesContent: string[] }
  const sources = new Map(
    map.sources.map((source, at) => {
      const text = readFileSync(resolve(site.root, 'out', dirname(layer), source), 'utf8')
      expect(map.sourcesContent[at]).toBe(text)
      return [source, text.split('\n')] as const
    }),
  )
  const wrong: string[] = []
  let named = 0
  let kept = 0
  eachMapping(new TraceMap(map), (mapping) => {
    if (mapping.source === null) return
    const { generatedLine, generatedColumn, originalLine, originalColumn, name, source } = mapping
    const lines = sources.get(source) ?? []
    const before = wordAt(lines, originalLine - 1, originalColumn)
    const after = wordAt(generated, generatedLine - 1, generatedColumn)
    const place = `${source}:${originalLine}:${originalColumn + 1}`
    if (originalColumn > (lines[originalLine - 1] ?? '').length) wrong.push(`${place} is no place`)
    if (name !== null) {
      named++
      // The name of a quoted key has its quotes.
      if (!(lines[originalLine - 1] ?? '').startsWith(name, originalColumn))
        wrong.push(`${place} is ${before}, not ${name}`)
    } else if (after.length > 3 && before.length > 3 && /^[a-z]/i.test(after)) {
      // Words that the minifier lets stand: properties, globals, keywords.
      kept++
      const mayDiffer =
        /^(?:true|false|undefined|null|void|return|else|typeof|const|function|this|switch|case|break|while|throw)$/
      if (before !== after && !mayDiffer.test(before) && !mayDiffer.test(after))
        wrong.push(`${place} is ${before}, not ${after}`)
    }
  })
  expect(wrong.slice(0, 10)).toEqual([])
  expect(named + kept).toBeGreaterThan(some)
})
