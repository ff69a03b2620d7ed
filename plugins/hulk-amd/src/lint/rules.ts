import type { Node } from '../template/index.ts'
import { HtmlState, type State } from './html.ts'

/** A place in a template that is legal but unsafe. */
export interface Warning {
  readonly code: 'HULK_AMD_UNESCAPED' | 'HULK_AMD_UNQUOTED'
  readonly message: string
  /** Offset in the template's text. */
  readonly pos: number
}

/**
 * Warns of variables that HTML does not keep apart from what stands around them: unescaped ones inside attributes and
 * scripts, and any as an attribute's value without quotes. Sections are read as if their content stood there once.
 */
export function lint(tree: readonly Node[]): Warning[] {
  const warnings: Warning[] = []
  const html = new HtmlState()
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      const { type, text, start } = node
      if (type === '_t' || type === '\n') html.feed(text)
      else if (type === '_v' || type === '{' || type === '&') {
        const warning = judge(html.state, type !== '_v', text)
        if (warning) warnings.push({ ...warning, pos: start })
        html.feed('x')
      }
      if (node.nodes) visit(node.nodes)
    }
  }
  visit(tree)
  return warnings
}

function judge(state: State, raw: boolean, name: string): Omit<Warning, 'pos'> | undefined {
  if (state === 'unquoted') {
    const message = `{{${name}}} is an attribute's value without quotes: a space in it begins another attribute`
    return { code: 'HULK_AMD_UNQUOTED', message }
  }
  if (!raw || state === 'text' || state === 'comment') return undefined
  const where = state === 'script' ? 'a script' : 'a tag'
  const message = `{{{${name}}}} stands inside ${where} and is not escaped`
  return { code: 'HULK_AMD_UNESCAPED', message }
}
