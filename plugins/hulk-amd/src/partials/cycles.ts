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
  const search = new Search(context, file, (use) => use.always)
  for (const { use, file: next } of uses) {
    const way = use.always ? await search.from(next) : undefined
    if (way) return [file, ...way]
  }
  return undefined
}

/** Does a template include another one, itself or by its partials? */
export async function leadsTo(context: Context, from: string, to: string): Promise<boolean> {
  return (await new Search(context, to, () => true).from(from)) !== undefined
}

/** Looks for a way to a template. */
class Search {
  readonly context: Context
  readonly to: string
  readonly follows: (use: PartialUse) => boolean
  readonly seen = new Set<string>()

  constructor(context: Context, to: string, follows: (use: PartialUse) => boolean) {
    this.context = context
    this.to = to
    this.follows = follows
  }

  /** The files from one template to the other, both among them. */
  async from(file: string): Promise<string[] | undefined> {
    if (file === this.to) return [file]
    if (this.seen.has(file)) return undefined
    this.seen.add(file)
    const template = await readTemplate(file).catch(() => undefined)
    for (const use of partialsOf(template?.tree ?? [])) {
      const next = this.follows(use) ? await findPartial(this.context, use.name, file) : undefined
      const way = next && (await this.from(next))
      if (way) return [file, ...way]
    }
    return undefined
  }
}
