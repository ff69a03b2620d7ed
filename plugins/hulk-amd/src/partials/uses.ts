import type { Node } from '../template/index.ts'

/** A partial as a template names it. */
export interface PartialUse {
  readonly name: string
  /** Offset of its first tag. */
  readonly start: number
  /** Is it rendered whenever the template is, not only inside a section? */
  readonly always: boolean
}

/** The partials of a template, each name once (rendered always, if one of its tags is). */
export function partialsOf(tree: readonly Node[]): PartialUse[] {
  const uses = new Map<string, PartialUse>()
  const visit = (nodes: readonly Node[], always: boolean): void => {
    for (const { type, text, start, nodes: inner } of nodes) {
      if (type === '>' || type === '<') {
        const known = uses.get(text)
        if (!known) uses.set(text, { name: text, start, always })
        else if (always && !known.always) uses.set(text, { name: text, start, always })
      }
      if (inner)
        visit(inner, always && type !== '#' && type !== '^' && type !== '$' && type !== '<')
    }
  }
  visit(tree, true)
  return [...uses.values()]
}
