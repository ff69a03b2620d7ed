import path from 'node:path'
import {
  GenMapping,
  maybeAddMapping,
  setSourceContent,
  toEncodedMap,
} from '@jridgewell/gen-mapping'
import { decode } from '@jridgewell/sourcemap-codec'
import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { slashed } from './request.ts'

/** What Vite puts in the place of a URL until it knows the file's final name. */
const PLACEHOLDER = /__VITE_(?:PUBLIC_)?ASSET__[\w$]+?__/

interface SourceMap {
  readonly sources: readonly (string | null)[]
  readonly sourcesContent?: readonly (string | null)[]
  readonly mappings: string
}

/**
 * Vite's build makes no source maps for CSS. Every sheet's own map is known, and the sheet stands in the finished file as it was, but for
 * the names of its assets: that is enough to make one.
 */
export function buildMapsPlugin(context: Context): Plugin {
  return {
    name: 'less-yui:build-maps',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler({ dir = '' }, bundle) {
        const { finished, config } = context
        const wanted = config?.build.sourcemap
        if (!wanted || finished.size === 0) return
        const folder = path.resolve(context.root, dir || (config?.build.outDir ?? ''))
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
          const css =
            typeof file.source === 'string' ? file.source : Buffer.from(file.source).toString()
          const from = path.dirname(path.join(folder, file.fileName))
          const map = mapOf(css, file.fileName, from, finished.values())
          if (map === undefined) continue
          const name = `${file.fileName}.map`
          if (wanted !== 'inline') this.emitFile({ type: 'asset', fileName: name, source: map })
          const url =
            wanted === 'inline'
              ? `data:application/json;base64,${Buffer.from(map).toString('base64')}`
              : path.basename(name)
          if (wanted !== 'hidden')
            file.source = `${css.trimEnd()}\n/*# sourceMappingURL=${url} */\n`
        }
      },
    },
  }
}

/** The map of a finished file; undefined if none of the sheets stands in it. */
function mapOf(
  css: string,
  name: string,
  folder: string,
  sheets: Iterable<{ code: string; map: string }>,
): string | undefined {
  const place = locator(css)
  const made = new GenMapping({ file: path.basename(name) })
  let found = false
  for (const { code, map } of sheets) {
    const pieces = locate(css, code)
    if (!pieces) continue
    found = true
    const { sources, sourcesContent = [], mappings } = JSON.parse(map) as SourceMap
    const names = sources.map((source) => slashed(path.relative(folder, source ?? '')))
    for (const [index, source] of names.entries()) {
      setSourceContent(made, source, sourcesContent[index] ?? null)
    }
    const starts = lineStarts(code)
    for (const [line, segments] of decode(mappings).entries()) {
      for (const segment of segments) {
        const offset = (starts[line] ?? 0) + segment[0]
        const piece = pieces.findLast(({ start }) => start <= offset)
        const source = segment.length === 1 ? undefined : names[segment[1]]
        if (!piece || source === undefined || segment.length === 1) continue
        const generated = place(offset - piece.start + piece.at)
        maybeAddMapping(made, {
          generated,
          source,
          original: { line: segment[2] + 1, column: segment[3] },
        })
      }
    }
  }
  return found ? JSON.stringify(toEncodedMap(made)) : undefined
}

/** Where the parts of a sheet between its URLs stand in the finished file. */
function locate(css: string, code: string): { start: number; at: number }[] | undefined {
  const pieces: { start: number; at: number }[] = []
  let from = 0
  let start = 0
  for (const part of code.trimEnd().split(PLACEHOLDER)) {
    const at = css.indexOf(part, from)
    if (at < 0 || part === code) return at < 0 ? undefined : [{ start: 0, at }]
    pieces.push({ start, at })
    from = at + part.length
    start += part.length
    start += PLACEHOLDER.exec(code.slice(start))?.[0].length ?? 0
  }
  return pieces
}

/** Line (from 1) and column (from 0) of offsets. */
function locator(css: string): (offset: number) => { line: number; column: number } {
  const starts = lineStarts(css)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
