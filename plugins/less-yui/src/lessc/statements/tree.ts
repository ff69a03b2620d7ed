import type { Less } from '../implementation.ts'
import type { Asked } from './lookups.ts'
import { NAME } from './split.ts'

/** A node of less's tree, as far as statements go. */
export interface TreeNode extends Asked {
  readonly type: string
  rules?: TreeNode[] | null
  readonly value?: unknown
  /** Of a comment: does it start with two slashes? */
  readonly isLineComment?: boolean
  /** Of a declaration: is it a variable? */
  readonly variable?: boolean
  readonly name?: unknown
  /** Of an extend. */
  readonly selector?: Extend['selector']
  readonly selectors?: readonly Selector[] | null
}

/** A selector of a ruleset. */
interface Selector {
  readonly extendList?: readonly Extend[]
  toCSS(context: object): string
}

/** An `:extend()`. */
interface Extend {
  readonly selector: Selector
}

/** What less asks of the tree that an import brings. */
export interface ImportedTree {
  rules?: TreeNode[] | null
  variables?(): unknown
  variable?(name: string): unknown
}

/** An `@import`; what it names is parsed by the time that visitors see it. */
export interface ImportNode extends TreeNode {
  root?: ImportedTree
  readonly css?: unknown
  readonly features?: unknown
  readonly options: Readonly<Record<string, unknown>>
  /** True if another import of the same file comes first, or there is no such file. */
  readonly skip?: unknown
  readonly importedFilename?: string | null
}

/** What less gives a plugin that visits trees. */
interface VisitorHost {
  addVisitor(visitor: {
    /** Is it to see the sheet before anything is evaluated? */
    readonly isPreEvalVisitor?: boolean
    /** Or before anything is done with what was evaluated? */
    readonly isPreVisitor?: boolean
    run(root: TreeNode): void
  }): void
}

/**
 * A plugin for less that sees each sheet twice.
 *
 * @param parsed Is given the tree before anything is evaluated.
 * @param evaluated Is given what was evaluated, before anything is done with it.
 */
export function pluginOf(
  parsed: (root: TreeNode) => void,
  evaluated: (root: TreeNode) => void,
): object {
  return {
    install: (_less: unknown, host: VisitorHost) => {
      host.addVisitor({ isPreEvalVisitor: true, run: parsed })
      host.addVisitor({ isPreVisitor: true, run: evaluated })
    },
  }
}

/** Makes a comment that stands before a statement; `reached` is called when its turn to be evaluated has come, with the tree it is in. */
export type CommentMaker = (text: string, reached: (root: Asked) => void) => TreeNode

/** Comments of less's own, which none of its visitors minds. */
export function commentsOf(less: Less): CommentMaker {
  return (text, reached) => {
    const comment = new less.tree.Comment(text, false, 0, {}) as TreeNode
    return Object.assign(comment, {
      eval: ({ frames: [root = {}] }: { readonly frames: readonly Asked[] }) => {
        reached(root)
        return comment
      },
    })
  }
}

export function isComment(node: TreeNode): boolean {
  return node.type === 'Comment'
}

export function isImport(node: TreeNode): node is ImportNode {
  return node.type === 'Import'
}

/**
 * What others may know something by that was evaluated at the root.
 *
 * @returns `@name`, or the classes and ids of its selectors.
 */
export function namesOf(node: TreeNode): readonly string[] {
  if (node.variable === true || node.type === 'MixinDefinition') return [String(node.name)]
  return (node.selectors ?? []).flatMap((selector) => selector.toCSS({}).match(NAME) ?? [])
}

/**
 * What the `:extend()`s in an evaluated statement extend.
 *
 * @param found Receives the selectors.
 */
export function extended(node: TreeNode, found: string[]): void {
  if (node.selector && node.type === 'Extend') found.push(node.selector.toCSS({}))
  // What it defines is evaluated where it is called.
  if (node.type === 'MixinDefinition') return
  if (node.selectors) {
    for (const { extendList } of node.selectors)
      if (extendList) for (const each of extendList) found.push(each.selector.toCSS({}))
  }
  if (!node.rules) return
  // Asking each declaration for its type would take as long as all the rest.
  for (const rule of node.rules) if (rule.rules || rule.selector) extended(rule, found)
}
