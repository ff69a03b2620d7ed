import path from 'node:path'
import type { Statement } from './split.ts'
import { type ImportedTree, type ImportNode, isComment, isImport, type TreeNode } from './tree.ts'

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
export interface Step {
  /** The number of the file. */
  readonly file: number
  readonly statement: number
  /** May it bring CSS, or stand behind one that does? */
  readonly isBorder: boolean
}

/** Options of an import that do not change what its file means. */
const PLAIN = new Set(['less', 'optional', 'multiple'])

/** What node types a kind may have. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  r: ['Ruleset'],
  d: ['Ruleset'],
  b: ['Media', 'AtRule'],
  m: ['MixinDefinition'],
  v: ['Declaration'],
  i: ['Import'],
  c: ['MixinCall', 'VariableCall', 'Call'],
  o: ['Media', 'AtRule', 'Container'],
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
    const nodes = holder.rules ?? []
    /** The number of a statement, counted from before what less has written. */
    let index = -before
    let isDefined = false
    steps.push({ file: number, statement: 0, isBorder: true })
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at]
      if (!node) continue
      if (isComment(node)) {
        isDefined &&= node.isLineComment === true
        continue
      }
      index++
      const kind = statements[index]?.kind
      if (index <= 0 || index >= statements.length) continue
      if (kind === undefined || !TYPES[kind]?.includes(node.type)) return false
      if (isImport(node) && !enterImport(node, imports)) return false
      // What is behind an import comes behind all that it brings. Definitions that follow each other bring nothing.
      const defines = kind === 'v' || kind === 'm'
      const isBorder = !defines || !isDefined || isCommented(nodes, at)
      steps.push({ file: number, statement: index, isBorder })
      isDefined = defines
    }
    return index === statements.length - 1 + behind
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
    node.root = copyOf(node.root)
    return enter(imported, node.root, [0, 0])
  }
  return enter(source, root, around) ? { files, steps } : undefined
}

/** A tree may be needed for another rendering: a copy of it is marked. Less asks a tree that is imported for nothing else. */
function copyOf(root: ImportedTree): ImportedTree {
  return {
    rules: root.rules ?? [],
    variables: () => root.variables?.(),
    variable: (name) => root.variable?.(name),
  }
}

/** Does a comment follow that comes out? */
function isCommented(nodes: readonly TreeNode[], at: number): boolean {
  for (let next = at + 1; next < nodes.length; next++) {
    const node = nodes[next]
    if (!node || !isComment(node)) return false
    if (node.isLineComment !== true) return true
  }
  return false
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
