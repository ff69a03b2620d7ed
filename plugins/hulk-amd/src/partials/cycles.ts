import { readTemplate, type Context } from '../context.ts'
import { findPartial } from './find.ts'
import { partialsOf, type PartialUse } from './uses.ts'

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
