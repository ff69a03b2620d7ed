import type { Partials } from './find.ts'
import type { PartialUse } from './uses.ts'

/**
 * Finds out whether a template includes itself whenever it is rendered, which never ends.
 *
 * @param file The template.
 * @param uses Its partials, with their files.
 * @returns The files on the way, the first of them last again; undefined when there is no such way.
 */
export async function endlessCycle(
  partials: Partials,
  file: string,
  uses: readonly { use: PartialUse; file: string }[],
): Promise<string[] | undefined> {
  const search = new Search(partials, file, (use) => use.always)
  for (const { use, file: next } of uses) {
    const way = use.always ? await search.from(next) : undefined
    if (way) return [file, ...way]
  }
  return undefined
}

/** Does a template include another one, itself or by its partials? */
export async function leadsTo(partials: Partials, from: string, to: string): Promise<boolean> {
  return (await new Search(partials, to, () => true).from(from)) !== undefined
}

/** Looks for a way to a template. */
class Search {
  readonly partials: Partials
  readonly to: string
  readonly follows: (use: PartialUse) => boolean
  readonly seen = new Set<string>()

  constructor(partials: Partials, to: string, follows: (use: PartialUse) => boolean) {
    this.partials = partials
    this.to = to
    this.follows = follows
  }

  /** The files from one template to the other, both among them. */
  async from(file: string): Promise<string[] | undefined> {
    if (file === this.to) return [file]
    if (this.seen.has(file)) return undefined
    this.seen.add(file)
    for (const use of await this.partials.uses(file)) {
      const next = this.follows(use) ? await this.partials.find(use.name, file) : undefined
      const way = next && (await this.from(next))
      if (way) return [file, ...way]
    }
    return undefined
  }
}
