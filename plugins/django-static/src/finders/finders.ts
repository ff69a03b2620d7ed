import { dirname, join } from 'node:path'
import { matcher } from './patterns.ts'
import { inside, isPublicName } from './public-name.ts'
import { isFile, walk } from './walk.ts'
import type { DjangoInfo } from '../django/answer.ts'

/** A folder of static files in the order in which Django looks. */
export interface StaticRoot {
  readonly dir: string
  readonly prefix: string
  readonly collected: string
  /** The finder it belongs to. */
  readonly finder: string
}

/** One of the files that answer to a public name. */
export interface Candidate {
  readonly file: string
  readonly finder: string
}

interface Place extends StaticRoot {
  /** Files of the root by path below it; for a project's own finder by public name. */
  readonly files: Map<string, string>
  /** Is it a finder whose rules only Python knows? */
  readonly own: boolean
  /** The finder's place in STATICFILES_FINDERS. */
  readonly index: number
}

/**
 * Django's finders as an index: which file does a public name mean, and the other way round. It answers as
 * `findstatic --first` does, for files (a folder is never an answer).
 */
export class Finders {
  /** Sentences about what lies in the folders and cannot be a static file. */
  readonly passedOver: string[] = []
  readonly #places: readonly Place[]
  #first: Map<string, string> | undefined

  constructor(info: Pick<DjangoInfo, 'finders'>) {
    this.#places = info.finders.flatMap((finder, index): Place[] =>
      finder.files === null
        ? finder.roots.map((root) => ({
            ...root,
            prefix: trim(root.prefix),
            collected: trim(root.collected),
            finder: finder.name,
            files: new Map(
              walk(root.dir, { passedOver: (sentence) => this.passedOver.push(sentence) }),
            ),
            own: false,
            index,
          }))
        : [
            {
              dir: '',
              prefix: '',
              collected: '',
              finder: finder.name,
              files: new Map(finder.files),
              own: true,
              index,
            },
          ],
    )
  }

  /** The folders, in order. */
  get roots(): readonly StaticRoot[] {
    return this.#places.filter(({ own }) => !own)
  }

  /**
   * The file that answers to a public name.
   *
   * @param publicName A path below STATIC_URL; a name with `..`, an empty part or a leading slash is never found.
   */
  find(publicName: string): string | undefined {
    const known = this.#index().get(publicName)
    if (known !== undefined) return known
    if (!isPublicName(publicName)) return undefined
    // The watcher may not have told us of a new file yet: look once.
    for (const place of this.#places) {
      const path = place.own ? undefined : below(publicName, place.prefix)
      if (path === undefined) continue
      const file = join(place.dir, path)
      if (!isFile(file)) continue
      place.files.set(path, file)
      this.#first?.set(publicName, file)
      return file
    }
    return undefined
  }

  /**
   * Every file that answers to a public name, the winner first.
   *
   * @param publicName The name.
   * @param asked What finders of the project's own have just found, if they were asked.
   */
  findAll(publicName: string, asked?: ReadonlyMap<number, readonly string[]>): Candidate[] {
    const found: Candidate[] = []
    for (const place of this.#places) {
      const own = place.own ? asked?.get(place.index) : undefined
      if (own !== undefined) {
        for (const file of own) if (isFile(file)) found.push({ file, finder: place.finder })
        continue
      }
      const path = below(publicName, place.prefix)
      const file = path === undefined ? undefined : place.files.get(path)
      if (file !== undefined) found.push({ file, finder: place.finder })
    }
    return found
  }

  /** Has the project finders whose rules only Python knows? */
  get hasOwn(): boolean {
    return this.#places.some(({ own }) => own)
  }

  /** Folders of what such finders have found. */
  get ownDirs(): string[] {
    const files = this.#places.flatMap((place) => (place.own ? [...place.files.values()] : []))
    return [...new Set(files.map(dirname))]
  }

  /**
   * Takes note of what such finders find for a public name now.
   *
   * @param publicName The name.
   * @param found Files by the finder's place in STATICFILES_FINDERS.
   */
  learn(publicName: string, found: ReadonlyMap<number, readonly string[]>): void {
    for (const { own, index, files } of this.#places) {
      const now = found.get(index)
      if (!own || now === undefined) continue
      const file = now.find(isFile)
      if (files.get(publicName) === file) continue
      if (file === undefined) files.delete(publicName)
      else files.set(publicName, file)
      this.#first = undefined
    }
  }

  /** See `Statics.findDerived` of the protocol. */
  findDerived(
    publicName: string,
    from: string,
    to: string,
  ): { file: string; source: string } | undefined {
    if (!publicName.endsWith(to)) return undefined
    const source = this.find(publicName.slice(0, -to.length) + from)
    return source === undefined ? undefined : { file: source.slice(0, -from.length) + to, source }
  }

  /** The public name of a file (which need not exist); undefined when another file has it or no root holds the file. */
  nameOf(file: string): string | undefined {
    for (const place of this.#places) {
      if (place.own) {
        for (const [name, path] of place.files) if (path === file) return name
        continue
      }
      const path = inside(file, place.dir)
      if (path === undefined) continue
      const name = joinName(place.prefix, path)
      const winner = this.find(name)
      if (winner === undefined || winner === file) return name
    }
    return undefined
  }

  /** Every public name and its file, first found wins. */
  list(): Iterable<readonly [string, string]> {
    return this.#index()
  }

  /**
   * What `collectstatic` would collect.
   *
   * @param ignore Patterns, Django's own among them.
   * @returns Public names with the winning file, in the finders' order.
   */
  collect(ignore: readonly string[]): Map<string, string> {
    const ignored = ignoring(ignore)
    const collected = new Map<string, string>()
    for (const place of this.#places) {
      for (const [path, file] of place.files) {
        if (ignored(path)) continue
        const name = place.own ? path : joinName(place.collected, path)
        if (!collected.has(name)) collected.set(name, file)
      }
    }
    return collected
  }

  /**
   * Takes note of a file that appeared or disappeared.
   *
   * @param file Absolute path.
   * @returns True when it lies in one of the roots.
   */
  update(file: string): boolean {
    let touched = false
    for (const place of this.#places) {
      if (place.own) {
        for (const [name, path] of place.files) {
          if (path !== file || isFile(file)) continue
          place.files.delete(name)
          this.#first = undefined
        }
        continue
      }
      const path = inside(file, place.dir)
      if (path === undefined) continue
      touched = true
      const exists = isFile(file)
      if (exists === place.files.has(path)) continue
      if (exists) place.files.set(path, file)
      else place.files.delete(path)
      this.#first = undefined
    }
    return touched
  }

  /**
   * Looks through a folder that has appeared.
   *
   * @param dir Absolute path of one of the roots; any other is passed over.
   */
  scan(dir: string): void {
    for (const place of this.#places) {
      if (place.own || place.dir !== dir) continue
      for (const [path, file] of walk(dir)) place.files.set(path, file)
      this.#first = undefined
    }
  }

  /** Does the file lie in one of the roots? */
  holds(file: string): boolean {
    return this.#places.some(({ dir, own, files }) =>
      own ? [...files.values()].includes(file) : inside(file, dir) !== undefined,
    )
  }

  #index(): Map<string, string> {
    if (this.#first === undefined) {
      this.#first = new Map()
      for (const { files, own, prefix } of this.#places) {
        for (const [path, file] of files) {
          const name = own ? path : joinName(prefix, path)
          if (!this.#first.has(name)) this.#first.set(name, file)
        }
      }
    }
    return this.#first
  }
}

/**
 * Makes a test of paths: files by base name and by path, folders by base name alone, as
 * `django.contrib.staticfiles.utils.get_files` has it.
 */
function ignoring(patterns: readonly string[]): (path: string) => boolean {
  const matches = matcher(patterns)
  const folders = new Map([['', false]])
  const inIgnored = (folder: string): boolean => {
    let verdict = folders.get(folder)
    if (verdict === undefined) {
      const [above, name] = splitPath(folder)
      verdict = matches(name) || inIgnored(above)
      folders.set(folder, verdict)
    }
    return verdict
  }
  return (path) => {
    const [folder, name] = splitPath(path)
    return inIgnored(folder) || matches(name) || (folder !== '' && matches(path))
  }
}

function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)]
}

function trim(prefix: string): string {
  return prefix.replaceAll(/^\/+|\/+$/g, '')
}

function joinName(prefix: string, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`
}

function below(publicName: string, prefix: string): string | undefined {
  if (prefix === '') return publicName
  return publicName.startsWith(`${prefix}/`) ? publicName.slice(prefix.length + 1) : undefined
}
