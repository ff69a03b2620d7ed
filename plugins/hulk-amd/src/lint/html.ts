/** Where in a page a piece of text stands: inside a tag, as an attribute's value without quotes, between quotes, … */
export type State = 'text' | 'tag' | 'unquoted' | '"' | "'" | 'script' | 'comment'

const ENDS = /[>=]/g

/** As much of an HTML tokenizer as tells where a piece of text ends up. */
export class HtmlState {
  state: State = 'text'
  /** The tag being read, or the last one. */
  tag = ''
  /** Does a value begin at the next character that is no space? */
  afterEquals = false

  feed(text: string): void {
    for (let i = 0; i < text.length; i++) {
      i = this.next(text, i)
      if (i < 0) break
      i = this.step(text, i)
    }
    // A variable right after `=` begins an unquoted value.
    if (this.afterEquals && this.state === 'tag') this.state = 'unquoted'
  }

  /** Where the next character is that may matter: most text holds none. Below 0 when there is none. */
  next(text: string, i: number): number {
    switch (this.state) {
      case 'text':
        return text.indexOf('<', i)
      case 'comment':
        return text.indexOf('-->', i)
      case 'script':
        return text.indexOf('</', i)
      case 'tag':
        if (this.afterEquals) return i
        ENDS.lastIndex = i
        return ENDS.exec(text)?.index ?? -1
      case 'unquoted':
        return i
      default:
        return text.indexOf(this.state, i)
    }
  }

  step(text: string, i: number): number {
    const char = text.charAt(i)
    switch (this.state) {
      case 'text':
        return this.inText(text, i)
      case 'comment':
        if (text.startsWith('-->', i)) this.state = 'text'
        return i
      case 'script':
        if (text.slice(i, i + 8).toLowerCase() === '</script') this.open('/script')
        return i
      case 'tag':
        this.inTag(char)
        return i
      case 'unquoted':
        this.inUnquoted(char)
        return i
      default:
        if (char === this.state) this.state = 'tag'
        return i
    }
  }

  inText(text: string, i: number): number {
    if (text.startsWith('<!--', i)) {
      this.state = 'comment'
      return i + 3
    }
    const name =
      text.charAt(i) === '<' ? /^\/?[a-z][a-z0-9-]*/i.exec(text.slice(i + 1, i + 40)) : null
    if (name) {
      this.open(name[0].toLowerCase())
      return i + name[0].length
    }
    return i
  }

  open(tag: string): void {
    this.tag = tag
    this.afterEquals = false
    this.state = 'tag'
  }

  inTag(char: string): void {
    if (char === '>') {
      this.state = this.tag === 'script' ? 'script' : 'text'
      this.afterEquals = false
    } else if (this.afterEquals && (char === '"' || char === "'")) {
      this.state = char
      this.afterEquals = false
    } else if (char === '=') {
      this.afterEquals = true
    } else if (this.afterEquals && !/\s/.test(char)) {
      this.state = 'unquoted'
      this.afterEquals = false
    }
  }

  inUnquoted(char: string): void {
    // What looked unquoted when a piece of text ended may turn out to be quoted by the next piece.
    if (this.afterEquals && (char === '"' || char === "'")) this.state = char
    else if (char === '>') this.inTag(char)
    else if (/\s/.test(char)) this.state = 'tag'
    this.afterEquals = false
  }
}
