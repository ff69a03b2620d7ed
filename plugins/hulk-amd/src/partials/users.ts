import path from 'node:path'
import { readTemplate, type Context } from '../context.ts'
import { locate, type Location } from '../error.ts'
import { listTemplates, readSources } from '../site.ts'
import { Partials } from './find.ts'
import { partialsOf } from './uses.ts'

/** A template, and who uses it. */
export interface Usage {
  readonly file: string
  /** The tags by which other templates include it. */
  readonly users: readonly Location[]
  /** Does a source of the site name it, such as by `import` or as an AMD module? */
  readonly named: boolean
}

/**
 * Finds out who uses which template. A template that is put together at run time, as in `'t/' + name`, is not seen as named.
 *
 * @throws A located error when a template is not well-formed.
 */
export async function usagesOf(context: Context): Promise<Usage[]> {
  const { found } = await listTemplates(context)
  const partials = new Partials(context)
  const users = new Map<string, Location[]>(found.map(({ file }) => [file, []]))
  for (const { file } of found) {
    const { tree, content, shift } = await readTemplate(file)
    for (const { name, start } of partialsOf(tree)) {
      const partial = await partials.find(name, file)
      if (partial && partial !== file)
        users.get(partial)?.push(locate(file, content, start + shift))
    }
  }
  const words = new Set<string>()
  for await (const text of readSources(context)) {
    // The last part of whatever path ends a string.
    for (const [word] of text.matchAll(/[\w.-]+(?=["'`?])/g)) words.add(word)
  }
  return [...users].map(([file, tags]) => ({
    file,
    users: tags,
    named: namesOf(file).some((name) => words.has(name)),
  }))
}

/** As what a source names a template: `row.template.mustache`, `row.template`, `row.template.js`. */
function namesOf(file: string): string[] {
  const { base, name } = path.parse(file)
  return [base, name, `${name}.js`]
}
