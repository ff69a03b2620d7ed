import { chain, edit, type Edit, type Mapped } from './edits.ts'
import type { Declaration, Node } from './parse.ts'
import { declaration, yui } from './yui.ts'

/** The characters before a property's name by which only an old Internet Explorer reads it. */
export const STAR: RegExp = /^[*_$](?![*_$])/

const IMPORTANT = /!\s*important\s*$/i
/** Of these lightningcss keeps the last value only, whatever stood before. */
const LAST_ONLY =
  /^(?:color|text-shadow|(?:-webkit-)?(?:backdrop-)?filter|fill|stroke|caret(?:-color)?)$/i
const PLACE =
  /[\w-]+:\s*var\(--kovu-hack-(\d+)\)(?:\s*!important)?|\.kovu-hack-(\d+)\{--kovu-hack-\d+:1\}|::?-kovu-hack-(\d+)|-kovu-hack-(\d+):1(?:!important)?|@media\s*\(\s*-kovu-hack:\s*(\d+)\)/g

/**
 * What has been taken out of a sheet. A placeholder stands in its place, `property: var(--kovu-hack-N)`, which a minifier may neither drop
 * nor move past another value of that property. Equal texts share a placeholder, so that equal rules still merge.
 */
export class Taken {
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()

  /** Takes a declaration as it is. */
  hack(node: Declaration): string {
    const text = `${node.name}:${node.value.replace(/\s*\n\s*/g, ' ')}`
    return this.#place(plainName(node.name), text, node)
  }

  /** Takes a declaration, minified without lightningcss. */
  fragile(node: Declaration): string {
    return this.#place(node.name, declaration(node), node)
  }

  /** Takes the prelude of an `@media`. */
  media(prelude: string): string {
    return `@media (-kovu-hack:${this.#number(prelude.replace(/\s+/g, ' '))})`
  }

  /** Takes a pseudo-class or pseudo-element, `:-moz-placeholder`. */
  pseudo(text: string): string {
    return `${text.startsWith('::') ? '::' : ':'}-kovu-hack-${this.#number(text)}`
  }

  /** Takes whatever lightningcss does not understand, minified without it. */
  whole(node: Node, text: string): string {
    const { code } = this.restore({ code: text, map: undefined })
    if (node.kind === 'declaration') return this.#place(node.name, code, node)
    const number = this.#number(yui(code))
    return `.kovu-hack-${number}{--kovu-hack-${number}:1}`
  }

  /** Puts everything back into the minified text. */
  restore({ code, map }: Mapped): Mapped {
    if (this.#texts.length === 0) return { code, map }
    const edits: Edit[] = []
    for (const match of code.matchAll(PLACE)) {
      const text =
        this.#texts[Number(match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5])] ?? ''
      edits.push({ start: match.index, end: match.index + match[0].length, text })
    }
    const restored = edit(code, edits, map !== undefined)
    return { code: restored.code, map: chain(restored.map, map) }
  }

  #place(name: string, text: string, { value }: Declaration): string {
    const number = this.#number(text)
    const importance = IMPORTANT.test(value) ? '!important' : ''
    return LAST_ONLY.test(name)
      ? `-kovu-hack-${number}:1${importance}`
      : `${name}:var(--kovu-hack-${number})${importance}`
  }

  #number(text: string): number {
    const known = this.#numbers.get(text) ?? this.#texts.push(text) - 1
    this.#numbers.set(text, known)
    return known
  }
}

/** The property a hack is about. */
function plainName(name: string): string {
  return name.replace(STAR, '').toLowerCase()
}
