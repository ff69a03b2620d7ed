/** What is known of a page after some more of it. */
export interface Scan {
  /** Bytes before this one are decided: they may go on. */
  readonly safe: number
  /** Does the script go in at `safe`, nowhere, or is more needed to tell? */
  readonly verdict: 'here' | 'nowhere' | 'more'
}

/** How long a tag with its attributes may be. */
const longestTag = 64 * 1024

const tagNameRE = /^<([a-z][^\s/>]*)/i
const declarationRE = /^<[!?]/
const moduleRE = /\stype\s*=\s*["']?module["'\s/>]/i
/** Elements of a head that hold no others. */
const voids = new Set(['meta', 'link', 'base'])
/** Elements whose content is text up to their end tag; `noscript` is one where scripts run (HTML, 13.2.6.4.4). */
const raws = new Set(['script', 'style', 'title', 'noscript'])
const bom = '\u00ef\u00bb\u00bf'

/**
 * Finds where a module script goes into a page that arrives in pieces: before the first module script of its head,
 * else at the end of the head, so that it comes after every import map (which must precede all modules) and before
 * the page's own modules. Whether there is a `<head>` tag does not matter.
 *
 * What is decided does not depend on how the page is cut.
 */
export class HeadScanner {
  /** The element or comment we are inside of. */
  #inside: string | undefined
  /** What comes next is the end tag of such an element. */
  #closing = false
  #isDocument = false
  #started = false

  /**
   * Looks at the bytes that are not decided yet.
   *
   * @param text Those left over from last time and the new ones, one per character (latin1).
   * @param ended Is there no more?
   */
  scan(text: string, ended: boolean): Scan {
    let at = 0
    if (!this.#started) {
      if (!ended && text.length < bom.length && bom.startsWith(text)) return more(0)
      this.#started = true
      if (text.startsWith(bom)) at = bom.length
    }
    for (;;) {
      if (this.#inside !== undefined) {
        const end = endOf(this.#inside, text, at)
        if (end < 0) return ended ? nowhere(at) : more(withoutTail(this.#inside, text, at))
        this.#closing = this.#inside !== 'comment'
        this.#inside = undefined
        at = end
      }
      while (isSpace(text.charCodeAt(at))) at += 1
      if (at >= text.length) return this.#atEnd(at, ended)
      if (text[at] !== '<') return this.#isDocument ? here(at) : nowhere(at)
      // `<!--` must be told from `<!doctype`.
      if (!ended && text.length - at < 4 && '<!--'.startsWith(text.slice(at))) return more(at)
      if (text.startsWith('<!--', at)) {
        this.#inside = 'comment'
        at += 4
        continue
      }
      const end = tagEnd(text, at)
      if (end < 0) return ended || text.length - at >= longestTag ? nowhere(at) : more(at)
      const next = this.#onTag(text.slice(at, end))
      if (next !== 'pass') return next === 'here' ? here(at) : nowhere(at)
      at = end
    }
  }

  #atEnd(at: number, ended: boolean): Scan {
    if (!ended) return more(at)
    return this.#isDocument ? here(at) : nowhere(at)
  }

  #onTag(tag: string): 'pass' | 'here' | 'nowhere' {
    if (this.#closing) {
      this.#closing = false
      return 'pass'
    }
    if (declarationRE.test(tag)) {
      if (/^<!doctype[\s>]/i.test(tag)) this.#isDocument = true
      return 'pass'
    }
    const name = (tagNameRE.exec(tag)?.[1] ?? '').toLowerCase()
    if (name === 'html' || name === 'head') {
      this.#isDocument = true
      return 'pass'
    }
    if (!this.#isDocument) return 'nowhere'
    if (voids.has(name)) return 'pass'
    if (!raws.has(name) || (name === 'script' && moduleRE.test(tag))) return 'here'
    this.#inside = name
    return 'pass'
  }
}

const here = (safe: number): Scan => ({ safe, verdict: 'here' })
const nowhere = (safe: number): Scan => ({ safe, verdict: 'nowhere' })
const more = (safe: number): Scan => ({ safe, verdict: 'more' })

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** The offset after a comment, or of the end tag of an element's text; -1 when it is not there. */
function endOf(inside: string, text: string, from: number): number {
  if (inside === 'comment') {
    const at = text.indexOf('-->', from)
    return at < 0 ? -1 : at + 3
  }
  const endTag = new RegExp(`</${inside}[\\s/>]`, 'ig')
  endTag.lastIndex = from
  return endTag.exec(text)?.index ?? -1
}

/** How much of a text may go on: all but what could be the beginning of its end. */
function withoutTail(inside: string, text: string, from: number): number {
  if (inside === 'comment')
    return Math.max(from, text.length - (/-{0,2}$/.exec(text)?.[0].length ?? 0))
  const last = text.lastIndexOf('<')
  const couldBeEnd = last >= 0 && text.length - last <= inside.length + 2
  return Math.max(from, couldBeEnd ? last : text.length)
}

/** The offset after the `>` that ends the tag, with quoted attribute values passed over; -1 when it is not there. */
function tagEnd(text: string, start: number): number {
  let quote = ''
  const last = Math.min(text.length, start + longestTag)
  for (let i = start + 1; i < last; i += 1) {
    const char = text[i]
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '>') return i + 1
  }
  return -1
}
