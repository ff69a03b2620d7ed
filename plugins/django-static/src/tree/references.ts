import { posix } from 'node:path'
import { defragment, unquote } from './names.ts'

/** What differs between releases of Django. */
export interface Dialect {
  /** Source map comments of scripts are followed (from 4.0 on). */
  readonly scriptMaps: boolean
  /** Source map comments of style sheets are followed (from 4.1 on). */
  readonly sheetMaps: boolean
  /** `url(#x)` is written anew as `url("#x")` (before 4.1). */
  readonly quotesFragments: boolean
}

/**
 * What a release of Django does with references.
 *
 * @param version Such as `5.2.17`.
 */
export function dialectOf(version: string): Dialect {
  const [major = 5, minor = 0] = version.split('.').map(Number)
  const from41 = major > 4 || (major === 4 && minor >= 1)
  return { scriptMaps: major >= 4, sheetMaps: from41, quotesFragments: !from41 }
}

/** A reference to a file that does not exist. */
export interface Dangling {
  /** What stands in the text, such as `url(a.png)`. */
  readonly matched: string
  /** The public name that it means. */
  readonly target: string
  /** Is it the comment that names a source map? It is then dropped from the text. */
  readonly sourceMap: boolean
}

/** What {@link rewriteReferences} needs to know. */
export interface RewriteContext {
  readonly dialect: Dialect
  readonly staticUrl: string
  /** Leave out comments that name a map which is no `data:`. */
  readonly hideMaps?: boolean
  /**
   * The hashed name of a public name that may have a query.
   *
   * @returns Undefined when there is no such file; the name itself for a folder.
   */
  readonly hashedOf: (name: string) => string | undefined
}

// Python's `\s`, and `.` as Python means it: everything but a line feed.
const SPACE = String.raw`[\t-\r\x1C- \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]`
const URL_CALL = new RegExp(String.raw`url\(['"]?${SPACE}*([^\n]*?)["']?\)`, 'gi')
const IMPORT = new RegExp(String.raw`@import${SPACE}*["']${SPACE}*([^\n]*?)["']`, 'gi')
const SHEET_MAP = /(?<![^\n])\/\*#[ \t]sourceMappingURL=([^\n]*)[ \t]*\*\/(?![^\n])/g
const SCRIPT_MAP = /(?<![^\n])\/\/# sourceMappingURL=([^\n]*)(?![^\n])/g

/** Can the content of a file of this name hold references? Case matters, as it does to Django. */
export function hasReferences(name: string, { scriptMaps }: Dialect): boolean {
  return name.endsWith('.css') || (scriptMaps && name.endsWith('.js'))
}

/**
 * Could there be a reference in a text, whatever release of Django reads it?
 *
 * @param name The public name of the text: a script or a style sheet.
 */
export function mayRefer(name: string, text: string): boolean {
  return name.endsWith('.css')
    ? /url\(|@import|sourceMappingURL/i.test(text)
    : text.includes('sourceMappingURL')
}

/**
 * Replaces references by hashed ones, as `HashedFilesMixin` does: `url()`, `@import` and source map comments.
 *
 * @param name The public name of the text.
 * @param text The text.
 * @param context See {@link RewriteContext}.
 * @returns The new text, and references that lead nowhere. Those in comments and strings are no references.
 */
export function rewriteReferences(
  name: string,
  text: string,
  context: RewriteContext,
): { text: string; dangling: Dangling[] } {
  const dangling: Dangling[] = []
  const { dialect } = context
  const apply = (
    input: string,
    pattern: RegExp,
    print: (url: string) => string,
    sourceMap: boolean,
  ): string => {
    let quiet: [number, number][] | undefined
    return input.replaceAll(pattern, (matched: string, url: string, offset: number) => {
      if (sourceMap && context.hideMaps === true && !url.startsWith('data:')) return ''
      const result = convert(name, url, context)
      if (result === undefined) return matched
      if (typeof result === 'string') return print(result)
      if (!sourceMap) {
        quiet ??= quietRanges(input)
        if (quiet.some(([start, end]) => offset > start && offset < end)) return matched
      }
      dangling.push({ matched, target: result.missing, sourceMap })
      return sourceMap ? '' : matched
    })
  }
  let result = text
  if (name.endsWith('.css')) {
    result = apply(result, URL_CALL, (url) => `url("${url}")`, false)
    result = apply(result, IMPORT, (url) => `@import url("${url}")`, false)
    if (dialect.sheetMaps) {
      result = apply(result, SHEET_MAP, (url) => `/*# sourceMappingURL=${url} */`, true)
    }
  } else if (dialect.scriptMaps && result.includes('sourceMappingURL')) {
    result = apply(result, SCRIPT_MAP, (url) => `//# sourceMappingURL=${url}`, true)
  }
  return { text: result, dangling }
}

/** The new URL; undefined when the reference is not ours to change. */
function convert(
  name: string,
  url: string,
  context: RewriteContext,
): string | { missing: string } | undefined {
  const { dialect, staticUrl, hashedOf } = context
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(url)) return undefined
  if (url.startsWith('/') && !url.startsWith(staticUrl)) return undefined
  const { url: path, fragment } = defragment(url)
  const tail = fragment === '' ? '' : (url.includes('?#') ? '?#' : '#') + fragment
  if (path === '') return dialect.quotesFragments ? unquote(tail) : undefined
  const target = path.startsWith('/')
    ? path.slice(staticUrl.length)
    : joinPath(posix.dirname(name), path)
  const wanted = defragment(unquote(target)).url
  const hashed = isFolder(wanted)
    ? wanted
    : (hashedOf(normalise(wanted)) ?? literalHashedOf(name, path, hashedOf))
  if (hashed === undefined) {
    // `url( "a.png" )` is good CSS that Django's pattern reads as a name with a quote in it.
    const bare = url.trim().replaceAll(/^["']|["']$/g, '')
    return bare === url ? { missing: normalise(wanted) } : convert(name, bare, context)
  }
  const segments = path.split('/')
  segments[segments.length - 1] = hashed.slice(hashed.lastIndexOf('/') + 1)
  return unquote(segments.join('/') + tail)
}

/** Where the folder of a sheet has `#`, `?` or `%` in its name, Django takes them for a part of the URL, and finds nothing. */
function literalHashedOf(
  name: string,
  path: string,
  hashedOf: RewriteContext['hashedOf'],
): string | undefined {
  const folder = posix.dirname(name)
  if (path.startsWith('/') || !/[#?%]/.test(folder)) return undefined
  const query = /\?.*$/s.exec(path)?.[0] ?? ''
  const file = unquote(path.slice(0, path.length - query.length))
  const hashed = hashedOf(normalise(joinPath(folder, file)))
  return hashed === undefined ? undefined : hashed + query
}

function isFolder(url: string): boolean {
  return url.replace(/[?#].*$/s, '').endsWith('/')
}

function joinPath(dir: string, path: string): string {
  return dir === '.' ? path : `${dir}/${path}`
}

/** Python's `posixpath.normpath`. */
function normalise(path: string): string {
  const normal = posix.normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

/** Where a style sheet has comments and strings. A string does not cross a line end. */
function quietRanges(text: string): [number, number][] {
  const ranges: [number, number][] = []
  for (const match of text.matchAll(
    /\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/g,
  )) {
    ranges.push([match.index, match.index + match[0].length])
  }
  return ranges
}
