import type { TreeNode } from './tree.ts'

/** The tree that is being evaluated, with what less remembers of the mixins it was asked for: the first answer to each question stays. */
export interface Asked {
  readonly _lookups?: Readonly<Record<string, readonly Answer[]>>
}

/** What was found, and the namespaces on the way to it. */
interface Answer {
  readonly rule: TreeNode
  readonly path: readonly TreeNode[]
}

/**
 * Watches which statement asks first for a mixin that is a ruleset. A ruleset means one thing before it was evaluated and may mean another
 * afterwards, when its variables have their values; less goes on to give whichever it gave first. So it may matter to others that a statement
 * asks.
 */
export class Lookups {
  #known = 0

  /** Has anything been asked for since the last call that is a ruleset, or is in one? True where that cannot be known. */
  found({ _lookups: answers }: Asked): boolean {
    if (!answers) return true
    const questions = Object.keys(answers)
    const added = questions.slice(this.#known)
    this.#known = questions.length
    return added.some((question) =>
      answers[question]?.some(({ rule, path }) => !isDefinition(rule) || !path.every(isDefinition)),
    )
  }
}

function isDefinition({ type }: TreeNode): boolean {
  return type === 'MixinDefinition'
}
