import { hash as hashOf } from 'node:crypto'
import { posix } from 'node:path'

/**
 * The part of a hashed name that is the content's: the first twelve digits of its MD5, as Django has it.
 *
 * @param content The final bytes.
 */
export function contentHash(content: string | Uint8Array): string {
  return hashOf('md5', content, 'hex').slice(0, 12)
}

/** A name that quoting, white space and dots can mean nothing in: nearly every one. */
const PLAIN = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/

/**
 * Puts a hash into a name as `HashedFilesMixin.hashed_name` does: `a/b.css` becomes `a/b.<hash>.css`. The name is unquoted,
 * and a query in it stays behind the path. A name that would then lead out of its folder (Django fails on it) is not unquoted.
 *
 * @param name A public name.
 * @param hash Twelve hexadecimal digits.
 */
export function hashedName(name: string, hash: string): string {
  if (PLAIN.test(name)) return insertHash(name, hash)
  const { path, rest } = splitUrl(unquote(name))
  const clean = pythonStrip(path)
  const escapes = /^\/|(?:^|\/)\.\.(?:\/|$)/.test(clean)
  if (escapes) return insertHash(name, hash)
  // Django's own exception for `font.eot?#iefix`.
  const mark = name.includes('?#') && !rest.startsWith('?') ? '?' : ''
  // The storage saves a file under its normal path, and tells Django that.
  const saved = insertHash(clean, hash) + mark + rest
  return /\/[./]|^\.\//.test(saved) ? posix.normalize(saved) : saved
}

function insertHash(clean: string, hash: string): string {
  // Python's os.path.split: a name that ends in a slash (`%2F#x.png`) has an empty base.
  const slash = clean.lastIndexOf('/') + 1
  const base = clean.slice(slash)
  const dir = clean.slice(0, slash).replace(/(?<=[^/])\/+$/, '')
  const dot = base.lastIndexOf('.')
  // Python's splitext: leading dots belong to the root.
  const split = dot > 0 && /[^.]/.test(base.slice(0, dot)) ? dot : base.length
  const hashed = `${base.slice(0, split)}.${hash}${base.slice(split)}`
  return dir === '' || dir.endsWith('/') ? dir + hashed : `${dir}/${hashed}`
}

/**
 * The path that a reference names once it is unquoted and freed of its query: where Django would look in STATIC_ROOT.
 *
 * @param name A public name, perhaps with a query.
 */
export function pathOf(name: string): string {
  return pythonStrip(splitUrl(unquote(name)).path)
}

/**
 * Python's `urllib.parse.unquote`: never throws; what is no UTF-8 becomes U+FFFD.
 *
 * @param text Any text.
 */
export function unquote(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/**
 * Python's `urldefrag`.
 *
 * @param url A URL or a path.
 * @returns The URL without its fragment (and without a `?` that has no query, when there was a fragment), and the fragment.
 */
export function defragment(url: string): { url: string; fragment: string } {
  const mark = url.indexOf('#')
  if (mark === -1) return { url, fragment: '' }
  const before = url.slice(0, mark)
  return {
    url:
      before.endsWith('?') && before.indexOf('?') === before.length - 1
        ? before.slice(0, -1)
        : before,
    fragment: url.slice(mark + 1),
  }
}

/**
 * Orders texts by code point, as Python sorts them (JavaScript sorts by UTF-16 unit).
 *
 * @param left A text.
 * @param right Another.
 */
export function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const one = left.charCodeAt(at)
    const other = right.charCodeAt(at)
    if (one === other) continue
    const oneHigh = isSurrogate(one)
    return oneHigh === isSurrogate(other) ? one - other : oneHigh ? 1 : -1
  }
  return left.length - right.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** The path of a URL, and what follows it; as Python's `urlsplit`, tabs and line ends are left out. */
function splitUrl(url: string): { path: string; rest: string } {
  const [before, fragment] = cutAt(url.replaceAll(/[\t\r\n]/g, ''), '#')
  const [path, query] = cutAt(before, '?')
  return {
    path,
    rest: (query === '' ? '' : `?${query}`) + (fragment === '' ? '' : `#${fragment}`),
  }
}

function cutAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Python's `str.strip()`: its idea of white space is not JavaScript's. */
function pythonStrip(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are white space to Python
  return text.replaceAll(/^[\s\x1C-\x1F\x85]+|[\s\x1C-\x1F\x85]+$/g, (space) =>
    space.replaceAll(/[^\uFEFF]/g, ''),
  )
}
