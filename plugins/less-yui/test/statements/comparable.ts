import { decode } from '@jridgewell/sourcemap-codec'
import type { Compiled } from '../../src/lessc/compile.ts'

/** A source map as less writes it. */
interface LessMap {
  readonly sources: readonly string[]
  readonly sourcesContent: readonly string[]
  readonly mappings: string
}

/**
 * What must be the same of two sheets, or errors. In a map sources may have other numbers: less gives them while it writes, before it sorts what
 * lies at one place. Who asks first is known for certain after a whole rendering only.
 */
export function comparable(compiled: Compiled | string): object | string {
  if (typeof compiled === 'string') return compiled
  const { map, statements, ...others } = compiled
  const files = statements?.files.map(({ asking: _asking, ...file }) => file)
  const rest = { ...others, statements: statements && { ...statements, files } }
  if (map === undefined) return rest
  const { sources, sourcesContent, mappings, ...own } = JSON.parse(map) as LessMap
  const lines = decode(mappings).map((line) =>
    line.map(([column, source, ...place]) => [column, sources[source ?? -1], ...place]),
  )
  const contents = Object.fromEntries(sources.map((name, index) => [name, sourcesContent[index]]))
  return { ...rest, map: { ...own, lines, contents } }
}
