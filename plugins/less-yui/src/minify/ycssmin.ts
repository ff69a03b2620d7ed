import { createRequire } from 'node:module'
import path from 'node:path'
import { codeFrame, LessYuiError } from '../error.ts'

/**
 * What `lessc --yui-compress` printed: the bytes of ycssmin 1.0.1.
 *
 * @param css A sheet.
 * @param file Its absolute path, for errors.
 * @param root The folder to resolve the package from.
 * @throws {@link LessYuiError} `LESS_YUI_OPTION` when it is not installed, `LESS_YUI_MINIFY` where it would not end.
 */
export function ycssmin(css: string, file: string, root: string): string {
  const minify = load(root)
  const open = unclosed(css)
  if (open === undefined) return minify(withoutComments(css))
  const before = css.slice(0, open).split('\n')
  const place = { file, line: before.length, column: before.at(-1)?.length ?? 0 }
  throw new LessYuiError(
    'LESS_YUI_MINIFY',
    'a comment or `data:` URL is not closed. ycssmin would never end; close it, or use another `minify`.',
    { place, frame: codeFrame(css, place) },
  )
}

/** A piece of a sheet by its offsets, `end` exclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/** The offset of a comment or `data:` URL whose end ycssmin would look for without end. */
function unclosed(css: string): number | undefined {
  const urls = dataUrls(css)
  if (typeof urls === 'number') return urls
  // It takes the URLs out first: what looks like a comment in them is none.
  const rest = hide(css, urls)
  for (let start = rest.indexOf('/*'); start >= 0;) {
    const close = rest.indexOf('*/', start + 2)
    if (close < 0) return start
    // It finds a comment in the `*/*` that follows one.
    start = rest.indexOf('/*', close + 1)
  }
  return undefined
}

/** The `data:` URLs as ycssmin finds them, without their closing bracket; the offset of one that does not end, or overlaps another. */
function dataUrls(css: string): Span[] | number {
  const found: Span[] = []
  for (const match of css.matchAll(/url\(\s*(["']?)data:/g)) {
    const terminator = match[1] || ')'
    let end = match.index + match[0].length - 1
    do end = css.indexOf(terminator, end + 1)
    while (end > 0 && css[end - 1] === '\\')
    if (end >= 0) end = css.indexOf(')', end)
    if (end < 0 || match.index < (found.at(-1)?.end ?? 0)) return match.index
    found.push({ start: match.index, end })
  }
  return found
}

const STRING = /("([^\\"]|\\.|\\)*")|('([^\\']|\\.|\\)*')/g

/**
 * Leaves out the comments that ycssmin would leave out. It keeps a copy of the whole sheet for every comment: a megabyte with thousands of
 * them takes more memory than there is. Those that it treats in a special way stay, as does a comment that it might take for a part of a
 * string; a sheet whose `data:` URLs and comments overlap stays as it is.
 *
 * @returns A sheet for which ycssmin gives the same bytes.
 */
export function withoutComments(css: string): string {
  const urls = dataUrls(css)
  if (typeof urls === 'number') return css
  if (urls.some(({ start, end }) => /\/\*|\*\//.test(css.slice(start, end)))) return css
  const comments: (Span & { text: string })[] = []
  for (let start = css.indexOf('/*'); start >= 0;) {
    const close = css.indexOf('*/', start + 2)
    if (close < 0 || css[close + 2] === '*') return css
    comments.push({ start, end: close + 2, text: css.slice(start + 2, close) })
    start = css.indexOf('/*', close + 2)
  }
  // Where ycssmin will see strings: it looks for them when URLs and the text of comments are out of its way.
  const inner = comments.map(({ start, end }) => ({ start: start + 2, end: end - 2 }))
  const hidden = hide(
    css,
    [...urls, ...inner].sort((one, other) => one.start - other.start),
  )
  const strings = hidden.matchAll(STRING)
  let string = strings.next()
  let out = ''
  let at = 0
  let before = ''
  for (const { start, end, text } of comments) {
    while (!string.done && string.value.index + string.value[0].length <= start) {
      string = strings.next()
    }
    const inString = !string.done && string.value.index < end
    const special =
      text === '' || text.startsWith('!') || text.endsWith('\\') || before.endsWith('\\')
    before = text
    if (inString || special) continue
    out += css.slice(at, start)
    at = end
  }
  return out + css.slice(at)
}

/** The sheet with these pieces made harmless, offsets unchanged. */
function hide(css: string, spans: readonly Span[]): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end } of spans) {
    parts.push(css.slice(at, start), '_'.repeat(end - start))
    at = end
  }
  return parts.join('') + css.slice(at)
}

/** An optional peer of the project, else the one beside us. */
function load(root: string): (css: string) => string {
  for (const from of [path.join(root, 'package.json'), import.meta.url]) {
    try {
      const ycssmin = createRequire(from)('ycssmin') as { cssmin(css: string): string }
      return (css) => ycssmin.cssmin(css)
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'MODULE_NOT_FOUND') throw cause
    }
  }
  throw new LessYuiError(
    'LESS_YUI_OPTION',
    "less-yui: `minify: 'yui-exact'` needs the package that lessc used. Install it: npm install -D ycssmin@1.0.1",
  )
}
