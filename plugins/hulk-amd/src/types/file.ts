import fs from 'node:fs/promises'
import path from 'node:path'
import { readTemplate, slashed, type Context, type TemplateFile } from '../context.ts'
import { leadsTo, Partials, partialsOf } from '../partials/index.ts'
import { contextType } from './context-type.ts'

/**
 * Writes `hello.template.d.mustache.ts` beside a template, unless it is up to date.
 *
 * @param found Finds partials of partials.
 * @param partials Files of the partials found, by name.
 */
export async function writeTypes(
  found: Partials,
  file: string,
  template: TemplateFile,
  partials: ReadonlyMap<string, string>,
): Promise<void> {
  const specifiers = new Map<string, string>()
  let open = false
  for (const [name, partial] of partials) {
    if (partial === file) continue
    // A type cannot be made of itself.
    if (await leadsTo(found, partial, file)) {
      open = true
      continue
    }
    const specifier = slashed(path.relative(path.dirname(file), partial))
    specifiers.set(name, specifier.startsWith('.') ? specifier : `./${specifier}`)
  }
  const { dir, name, ext } = path.parse(file)
  // TypeScript looks for `a.d.mustache.ts` beside `a.mustache`.
  const target = path.join(dir, `${name}.d${ext}.ts`)
  const text = contextType(template.tree, specifiers, open)
  const before = await fs.readFile(target, 'utf8').catch(() => undefined)
  if (before !== text) await fs.writeFile(target, text)
}

/** Declarations beside all templates: AMD modules name them in JSDoc. */
export async function writeAllTypes(context: Context, files: readonly string[]): Promise<void> {
  const found = new Partials(context)
  for (const file of files) {
    const template = await readTemplate(file)
    const partials = new Map<string, string>()
    for (const { name } of partialsOf(template.tree)) {
      const partial = await found.find(name, file)
      if (partial) partials.set(name, partial)
    }
    await writeTypes(found, file, template, partials)
  }
}
