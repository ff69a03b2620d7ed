import type { Argument, Builtin, Definition } from './macro.ts'
import type { Kind, Lexer, Origin } from './reading/lexer.ts'

const SPACE = /^[ \t\n\v\f\r]+/

/** Where a macro is called. */
export interface CallSite {
  readonly name: string
  readonly definition: Definition
  readonly origin: Origin
  /** Does the call stand in a file, and not in an expansion? */
  readonly direct: boolean
}

/** A macro whose arguments are being collected. */
export class Call {
  readonly site: CallSite
  readonly args: Argument[]
  #text = ''
  #builtin: Builtin | undefined
  #parentheses = 0
  /** Nothing but space since the argument began. */
  #fresh = true

  constructor(site: CallSite) {
    this.site = site
    this.args = [site.name]
  }

  /**
   * Is there anything left of a token? Space before an argument is none of it.
   *
   * @param lexer Its text may be cut.
   */
  enters(kind: Kind, lexer: Lexer): boolean {
    if (!this.#fresh) return true
    if (kind === 'text') lexer.text = lexer.text.replace(SPACE, '')
    if (kind === 'text' && lexer.text === '') return false
    this.#fresh = false
    return true
  }

  /**
   * Takes a token that is no macro.
   *
   * @returns The text that came to an argument; undefined when there was none.
   */
  take(kind: Kind, { text, builtin }: Lexer): string | undefined {
    if (kind === 'builtin') {
      if (this.#text === '') this.#builtin = builtin
      return undefined
    }
    if ((kind === 'comma' || kind === 'close') && this.#parentheses === 0) {
      this.args.push(this.#builtin ?? this.#text)
      this.#text = ''
      this.#builtin = undefined
      this.#fresh = true
      return undefined
    }
    if (kind === 'open') this.#parentheses++
    else if (kind === 'close') this.#parentheses--
    this.add(text)
    return text
  }

  /** Would this token end the call? */
  endsWith(kind: Kind): boolean {
    return kind === 'close' && this.#parentheses === 0
  }

  /** Adds to the argument that is being read. */
  add(text: string): void {
    this.#text += text
  }
}
