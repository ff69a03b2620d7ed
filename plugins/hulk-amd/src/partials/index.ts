import fs from 'node:fs'
import path from 'node:path'
import { readTemplate, staticsOf, type Context } from '../context.ts'
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

/**
 * Finds the file of a partial: beside the template that names it, then below each folder of the `partials` option
 * (without one: the root, and the folders of Django's finders). The suffix may be left out.
 *
 * @returns The absolute path, or undefined.
 */
export async function findPartial(
  context: Context,
  name: string,
  importer: string,
): Promise<string | undefined> {
  if (name === '' || name.includes('\0')) return undefined
  const relative = /^\.\.?\//.test(name)
  const folders = relative
    ? [path.dirname(importer)]
    : [path.dirname(importer), ...(await partialRoots(context))]
  const own = /\.[^/]*$/.exec(path.basename(importer))?.[0] ?? ''
  const { suffixes } = context.include
  const endings = new Set([own, ...suffixes, ...suffixes.map((suffix) => `.template${suffix}`)])
  if (suffixes.some((suffix) => name.endsWith(suffix))) endings.add('')
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.join(folder, `${name}${ending}`)
      if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return file
    }
  }
  return undefined
}

async function partialRoots(context: Context): Promise<string[]> {
  const { partials } = context.options
  if (partials) return partials.map((folder) => path.resolve(context.root, folder))
  const statics = await staticsOf(context)
  return [context.root, ...(statics?.roots.map(({ dir }) => dir) ?? [])]
}

/**
 * Finds out whether a template includes itself whenever it is rendered, which never ends.
 *
 * @param file The template.
 * @param uses Its partials, with their files.
 * @returns The files on the way, the first of them last again; undefined when there is no such way.
 */
export async function endlessCycle(
  context: Context,
  file: string,
  uses: readonly { use: PartialUse; file: string }[],
): Promise<string[] | undefined> {
  const seen = new Set<string>()
  const search = async (at: string, way: readonly string[]): Promise<string[] | undefined> => {
    if (at === file) return [...way, at]
    if (seen.has(at)) return undefined
    seen.add(at)
    const template = await readTemplate(at).catch(() => undefined)
    for (const { name, always } of partialsOf(template?.tree ?? [])) {
      const next = always ? await findPartial(context, name, at) : undefined
      const found = next && (await search(next, [...way, at]))
      if (found) return found
    }
    return undefined
  }
  for (const { use, file: next } of uses) {
    const found = use.always ? await search(next, [file]) : undefined
    if (found) return found
  }
  return undefined
}
