import path from 'node:path'
import type { Statement } from './split.ts'
import { type ImportNode, isComment, isImport, type TreeNode } from './tree.ts'

/** A file of a sheet as less has parsed it, beside how its text was divided. */
interface ParsedFile {
  readonly file: string
  /** What has the nodes: they are exchanged by setting `rules`. */
  readonly root: { rules?: TreeNode[] | null }
  readonly statements: readonly Statement[]
  /** The number of the file that each import brings, in their order; -1 for one that brings none. */
  readonly imports: number[]
}

/** A parsed sheet. */
export interface ParsedSheet {
  /** In the order in which they come in the CSS. */
  readonly files: ParsedFile[]
  /** Every statement of every file, in that order. */
  readonly steps: readonly Step[]
}

/** A statement of one of the files. */
interface Step {
  /** The number of the file. */
  readonly file: number
  readonly statement: number
}

/** Options of an import that do not change what its file means. */
const PLAIN = new Set(['less', 'optional', 'multiple'])

/** What node types a kind may have. */
const TYPES: Readonly<Record<string, RegExp>> = {
  r: /^Ruleset$/,
  d: /^Ruleset$/,
  b: /^(?:Media|AtRule)$/,
  m: /^MixinDefinition$/,
  v: /^Declaration$/,
  i: /^Import$/,
  c: /^(?:MixinCall|VariableCall|Call)$/,
  o: /^(?:Media|AtRule|Container)$/,
}

/**
 * Goes through a parsed sheet in the order of evaluation, and sees to it that less has divided each file as we have.
 *
 * @param root The sheet's tree, its imports parsed.
 * @param around How many variables less has written before and behind the sheet, for its options.
 * @param split Divides a file.
 * @returns Undefined where we do not know what is evaluated when.
 */
export function walk(
  root: TreeNode,
  source: string,
  around: readonly [before: number, behind: number],
  split: (file: string) => readonly Statement[] | undefined,
): ParsedSheet | undefined {
  const files: ParsedFile[] = []
  const steps: Step[] = []
  /** As less names them: under another name it takes a file for another. */
  const known = new Map([[source, source]])
  const enter = (
    file: string,
    holder: ParsedFile['root'],
    [before, behind]: readonly [number, number],
  ): boolean => {
    const statements = split(file)
    if (!statements) return false
    const number = files.length
    const imports: number[] = []
    files.push({ file, root: holder, statements, imports })
    steps.push({ file: number, statement: 0 })
    const nodes = (holder.rules ?? []).filter((node) => !isComment(node))
    if (nodes.length !== statements.length - 1 + before + behind) return false
    return statements.slice(1).every(({ kind }, index) => {
      const node = nodes[index + before]
      if (!node || !TYPES[kind]?.test(node.type)) return false
      const step = { file: number, statement: index + 1 }
      if (!isImport(node)) return steps.push(step) > 0
      const isEntered = enterImport(node, imports)
      // What is behind an import comes behind all that it brings.
      steps.push(step)
      return isEntered
    })
  }
  const enterImport = (node: ImportNode, imports: number[]): boolean => {
    imports.push(-1)
    if (!Object.keys(node.options).every((name) => PLAIN.has(name))) return false
    if (node.css === true || node.skip === true) return true
    const name = node.importedFilename
    if (node.features || node.options.multiple === true || !node.root || !name) return false
    const imported = path.resolve(name)
    if (known.has(imported)) return known.get(imported) === name
    known.set(imported, name)
    imports[imports.length - 1] = files.length
    // The tree may be needed for another rendering: a copy of it is marked.
    node.root = Object.create(node.root, {
      rules: { value: node.root.rules, writable: true, enumerable: true },
    }) as TreeNode
    return enter(imported, node.root, [0, 0])
  }
  return enter(source, root, around) ? { files, steps } : undefined
}

/**
 * The nodes of a file with others put before some of its statements.
 *
 * @param skipped How many nodes stand before the first statement.
 * @param marks What to put before a statement; the last that is asked for is behind all of them.
 * @param behind What to put behind an import, where what it brings has been.
 */
export function withMarks(
  nodes: readonly TreeNode[],
  skipped: number,
  { marks, behind }: { marks: Marks; behind?: Marks },
): TreeNode[] {
  const made: TreeNode[] = []
  const put = (mark: TreeNode | undefined): void => {
    if (mark) made.push(mark)
  }
  put(marks(0))
  let statement = -skipped
  for (const node of nodes) {
    if (isComment(node)) {
      made.push(node)
      continue
    }
    statement++
    if (statement > 0) put(marks(statement))
    made.push(node)
    if (statement > 0 && isImport(node)) put(behind?.(statement))
  }
  put(marks(Math.max(statement, 0) + 1))
  return made
}

/** What to put at a statement, by its number. */
type Marks = (statement: number) => TreeNode | undefined
