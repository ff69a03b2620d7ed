import fs from 'node:fs'
import path from 'node:path'
import type { DerivedResource } from '@kovu/protocol'
import { parseFile, type Context } from '../context.ts'
import { emitAmdRender, emitAmdText, mapOf } from '../output/index.ts'

/** Loader plugins whose values are functions that render. */
const RENDERERS = ['hgn', 'hogan', 'mustache', 'stache', 'tpl']

/** What AMD loader plugins make of templates: `hgn!t/hello` and its like a function that renders, `text!` the source. */
export function resources(context: Context): DerivedResource[] {
  const hoganId = context.options.resourceHoganId
  const renderers = RENDERERS.map((plugin) => ({
    plugin,
    query: 'hogan-render',
    async render(source: string) {
      const template = parseFile(source, await fs.promises.readFile(source, 'utf8'))
      const code = emitAmdRender(template, { hoganId })
      const map = mapOf(code, path.basename(source), template.content, template.shift)
      return { code: code.text, map: JSON.stringify(map), watch: [source] }
    },
  }))
  const text = {
    plugin: 'text',
    query: 'raw',
    async render(source: string) {
      return {
        code: emitAmdText(await fs.promises.readFile(source, 'utf8')).text,
        watch: [source],
      }
    },
  }
  return [...renderers, text]
}
