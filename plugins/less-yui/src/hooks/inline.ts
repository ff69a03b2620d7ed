import path from 'node:path'
import { type Node, parse } from '../minify/parse.ts'
import { slashed, sourceOf } from './request.ts'

/** A sheet's text after inlining, and the sources of all sheets it took in. */
export interface Inlined {
  readonly css: string
  readonly sources: readonly string[]
}

/** How to get at other sheets. */
export interface InlineSettings {
  readonly preferSource: boolean
  /** The CSS of a source. */
  compile(source: string): Promise<{ css: string }>
}

interface DerivedImport {
  readonly start: number
  readonly end: number
  readonly file: string
  readonly source: string
  /** What follows the name: layer, supports, media. */
  readonly conditions: string
}

const IMPORT = /^@import\s+(?:url\(\s*(["']?)([^"')]+)\1\s*\)|(["'])(.+?)\3)\s*([^]*)$/i
const ELSEWHERE = /^(?:[a-z][\w+.-]*:|\/|#)/i

/**
 * The sheets that a sheet `@import`s and that are made from LESS themselves.
 *
 * @param css A compiled sheet.
 * @param file Its absolute path, as `x.css`.
 */
export function derivedImports(css: string, file: string, preferSource: boolean): DerivedImport[] {
  if (!/@import/i.test(css)) return []
  return parse(css).flatMap((node: Node) => {
    const match = node.kind === 'statement' ? IMPORT.exec(node.text) : null
    const name = (match?.[2] ?? match?.[4] ?? '').trim()
    if (!match || name === '' || ELSEWHERE.test(name)) return []
    const target = path.resolve(path.dirname(file), name.replace(/[?#].*$/, ''))
    const source = sourceOf(target, preferSource)
    const conditions = (match[5] ?? '').trim()
    return source ? [{ start: node.start, end: node.end, file: target, source, conditions }] : []
  })
}

/**
 * Puts those sheets in the place of their `@import`, as Vite does with files that exist. What else is imported comes first, where alone it
 * is valid.
 *
 * @param css A compiled sheet.
 * @param file Its absolute path, as `x.css`.
 */
export async function inline(
  css: string,
  file: string,
  settings: InlineSettings,
): Promise<Inlined> {
  if (derivedImports(css, file, settings.preferSource).length === 0) return { css, sources: [] }
  const state: State = { head: [], sources: [] }
  const body = await take(css, file, { settings, state, chain: [file] })
  return { css: [...state.head, body].join('\n'), sources: state.sources }
}

interface State {
  readonly head: string[]
  readonly sources: string[]
}

interface Way {
  readonly settings: InlineSettings
  readonly state: State
  readonly chain: readonly string[]
}

async function take(css: string, file: string, { settings, state, chain }: Way): Promise<string> {
  const derived = new Map(
    derivedImports(css, file, settings.preferSource).map((found) => [found.start, found]),
  )
  let out = ''
  let at = 0
  for (const node of parse(css)) {
    if (node.kind !== 'statement' || !/^@import\b/i.test(node.text)) continue
    out += css.slice(at, node.start)
    // Skip the statement's own semicolon.
    at = css[node.end] === ';' ? node.end + 1 : node.end
    const found = derived.get(node.start)
    if (!found) {
      state.head.push(`${node.text};`)
    } else if (!chain.includes(found.file)) {
      state.sources.push(found.source)
      const compiled = await settings.compile(found.source)
      const way = { settings, state, chain: [...chain, found.file] }
      const inner = await take(compiled.css, found.file, way)
      out += wrap(rebase(inner, path.dirname(found.file), path.dirname(file)), found.conditions)
    }
  }
  return out + css.slice(at)
}

/** `layer(x) supports(y) screen` around a sheet. */
function wrap(css: string, conditions: string): string {
  const match =
    /^(layer(?:\([^)]*\))?(?=\s|$))?\s*(supports\((?:[^()]|\([^()]*\))*\))?\s*([^]*)$/i.exec(
      conditions,
    )
  const [, layer, supports, media] = match ?? []
  let out = css
  if (media) out = `@media ${media} {\n${out}\n}`
  if (supports) out = `@supports ${supports.slice('supports'.length)} {\n${out}\n}`
  if (layer) out = `@layer ${layer.slice('layer'.length).replace(/^\((.*)\)$/, '$1')} {\n${out}\n}`
  return out
}

const URL_OR_OPAQUE =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\*[^]*?\*\/|url\(\s*(["']?)((?:\\.|[^"')\\])+)\1\s*\)/gi

/** Makes relative URLs mean from one folder what they meant from the other. */
function rebase(css: string, from: string, to: string): string {
  if (from === to) return css
  return css.replaceAll(URL_OR_OPAQUE, (all, _quote: string, url?: string) => {
    if (url === undefined || ELSEWHERE.test(url)) return all
    const moved = slashed(path.join(path.relative(to, from), url.trim()))
    const name = moved.startsWith('.') ? moved : `./${moved}`
    return /[\s"'()]/.test(name) ? `url("${name}")` : `url(${name})`
  })
}
