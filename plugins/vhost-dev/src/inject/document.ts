/** How much of a page is looked at; a head that starts later is not found. */
export const searchLimit: number = 64 * 1024

const tagNameRE = /^<([a-z][^\s/>]*)/i
const headlessRE = /^<(?:html|head|!doctype)(?:[\s/>]|$)/i

/**
 * Where the first script of a page goes: right after its `<head>` tag, or where the browser would imply one.
 *
 * The answer for a beginning of a page is final: more of the page does not change it. So it does not depend on how the
 * page is cut into chunks.
 *
 * @param page The page's first characters, one per byte (latin1); at most {@link searchLimit} are looked at.
 * @param ended Is there no more?
 * @returns An offset, `'none'` for what is no whole document (a fragment, something that is no HTML), or `'more'`.
 */
export function insertionPoint(page: string, ended: boolean): number | 'none' | 'more' {
  const over = ended || page.length >= searchLimit
  const text = page.slice(0, searchLimit)
  const unfinished = over ? 'none' : 'more'
  let isDocument = false
  // A byte order mark is three latin1 characters here.
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0
  for (;;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
    if (at >= text.length) return unfinished
    if (text[at] !== '<') return isDocument ? at : couldBeMark(text, at) ? unfinished : 'none'
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4)
      if (end < 0) return unfinished
      at = end + 3
      continue
    }
    const end = tagEnd(text, at)
    if (end < 0) return unfinished
    const tag = text.slice(at, end)
    if (!isDocument && !headlessRE.test(tag)) return 'none'
    isDocument = true
    const name = (tagNameRE.exec(tag)?.[1] ?? '').toLowerCase()
    if (name === 'head') return end
    if (name !== 'html' && !tag.startsWith('<!')) return at
    at = end
  }
}

/** Could the bytes be the beginning of a byte order mark? */
function couldBeMark(text: string, at: number): boolean {
  return at === 0 && text.length < 3 && '\u00ef\u00bb\u00bf'.startsWith(text)
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** The offset after the `>` that ends the tag, with quoted attribute values passed over; -1 when it is not there. */
function tagEnd(text: string, start: number): number {
  let quote = ''
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text[i]
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '>') return i + 1
  }
  return -1
}
