import fs from 'node:fs'
import path from 'node:path'
import { readTemplate, staticsOf, type Context } from '../context.ts'
import { mostSteps, nearest } from '../nearest.ts'
import { partialsOf, type PartialUse } from './uses.ts'

/**
 * Finds the files of partials, and remembers them as long as it lives: while one template is looked at, or in a whole run that
 * looks at all of them.
 */
export class Partials {
  readonly #context: Context
  readonly #found = new Map<string, string | undefined>()
  readonly #uses = new Map<string, readonly PartialUse[]>()
  /** What is in a folder. */
  readonly #entries = new Map<string, readonly string[]>()
  /** The same in lower case: not every file system tells cases apart. */
  readonly #lower = new Map<string, ReadonlySet<string>>()
  readonly #near = new Map<string, string | undefined>()
  /** The names of the templates in a folder, by their length. */
  readonly #names = new Map<string, ReadonlyMap<number, readonly string[]>>()
  #roots: readonly string[] | undefined

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Finds the file of a partial: beside the template that names it, then below each folder of the `partials` option
   * (without one: the root, and the folders of Django's finders). The suffix may be left out.
   *
   * @param importer Absolute path of the template that names it.
   * @returns The absolute path, or undefined.
   */
  async find(name: string, importer: string): Promise<string | undefined> {
    if (name === '' || name.includes('\0')) return undefined
    const dir = path.dirname(importer)
    const own = /\.[^/]*$/.exec(path.basename(importer))?.[0] ?? ''
    const key = [dir, own, name].join('\0')
    if (this.#found.has(key)) return this.#found.get(key)
    const isRelative = /^\.\.?\//.test(name)
    const folders = isRelative ? [dir] : [dir, ...(this.#roots ??= await rootsOf(this.#context))]
    const file = this.#firstFile(folders, name, own)
    this.#found.set(key, file)
    return file
  }

  /** The name of a template beside another one that may have been meant. */
  near(name: string, importer: string): string | undefined {
    const dir = path.dirname(importer)
    const key = `${dir}\0${name}`
    if (this.#near.has(key)) return this.#near.get(key)
    const at = name.lastIndexOf('/') + 1
    const word = name.slice(at)
    const names = this.#namesIn(path.join(dir, name.slice(0, at)))
    const most = mostSteps(word)
    const near = nearest(word, ofLength(names, word.length - most, word.length + most))
    const meant = near && name.slice(0, at) + near
    this.#near.set(key, meant)
    return meant
  }

  /** The partials that a template names; none when it cannot be read. */
  async uses(file: string): Promise<readonly PartialUse[]> {
    const known = this.#uses.get(file)
    if (known) return known
    const template = await readTemplate(file).catch(() => undefined)
    const uses = partialsOf(template?.tree ?? [])
    this.#uses.set(file, uses)
    return uses
  }

  #firstFile(folders: readonly string[], name: string, own: string): string | undefined {
    const { suffixes } = this.#context.include
    const endings = new Set([own, ...suffixes, ...suffixes.map((suffix) => `.template${suffix}`)])
    if (suffixes.some((suffix) => name.endsWith(suffix))) endings.add('')
    for (const folder of folders) {
      const { dir, base } = path.parse(path.join(folder, name))
      const there = this.#lowerIn(dir)
      for (const ending of endings) {
        // One look into the folder answers for nearly all names.
        if (!there.has(`${base}${ending}`.toLowerCase())) continue
        const file = path.join(dir, `${base}${ending}`)
        if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return file
      }
    }
    return undefined
  }

  #entriesIn(folder: string): readonly string[] {
    const known = this.#entries.get(folder)
    if (known) return known
    let entries: string[] = []
    try {
      entries = fs.readdirSync(folder)
    } catch {
      // There is no such folder, or nobody may look into it.
    }
    this.#entries.set(folder, entries)
    return entries
  }

  #lowerIn(folder: string): ReadonlySet<string> {
    const known = this.#lower.get(folder)
    if (known) return known
    const lower = new Set(this.#entriesIn(folder).map((entry) => entry.toLowerCase()))
    this.#lower.set(folder, lower)
    return lower
  }

  #namesIn(folder: string): ReadonlyMap<number, readonly string[]> {
    const known = this.#names.get(folder)
    if (known) return known
    const names = new Map<number, string[]>()
    for (const entry of this.#entriesIn(folder)) {
      const suffix = this.#context.include.suffixes.find((one) => entry.endsWith(one))
      if (!suffix) continue
      const name = entry.slice(0, -suffix.length).replace(/\.template$/, '')
      const alike = names.get(name.length)
      if (alike) alike.push(name)
      else names.set(name.length, [name])
    }
    this.#names.set(folder, names)
    return names
  }
}

function* ofLength(
  names: ReadonlyMap<number, readonly string[]>,
  least: number,
  most: number,
): Generator<string> {
  for (let length = least; length <= most; length++) yield* names.get(length) ?? []
}

async function rootsOf(context: Context): Promise<string[]> {
  const { partials } = context.options
  if (partials) return partials.map((folder) => path.resolve(context.root, folder))
  const statics = await staticsOf(context)
  return [context.root, ...(statics?.roots.map(({ dir }) => dir) ?? [])]
}
