import fs from 'node:fs'
import path from 'node:path'
import { staticsOf, type Context } from '../context.ts'
import { nearest } from '../nearest.ts'

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

/** The name of a template beside another one that may have been meant. */
export function nearPartial(context: Context, name: string, importer: string): string | undefined {
  const at = name.lastIndexOf('/') + 1
  const folder = path.join(path.dirname(importer), name.slice(0, at))
  const names: string[] = []
  for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const suffix = context.include.suffixes.find((one) => entry.endsWith(one))
    if (suffix) names.push(entry.slice(0, -suffix.length).replace(/\.template$/, ''))
  }
  const near = nearest(name.slice(at), names)
  return near && name.slice(0, at) + near
}
