import { isUtf8 } from 'node:buffer'
import { posix } from 'node:path'
import { Contents } from './contents.ts'
import { DjangoStaticError } from '../error.ts'
import { contentHash, hashedName, pathOf } from './names.ts'
import { originalPosition } from './origin.ts'
import type { Source } from './source.ts'
import {
  hasReferences,
  mayRefer,
  rewriteReferences,
  type Dangling,
  type Dialect,
} from './references.ts'
import { nearest } from '../nearest.ts'

/** What is to be published, apart from files that have their hashed names already. */
export interface TreeOptions {
  readonly sources: ReadonlyMap<string, Source>
  readonly dialect: Dialect
  readonly staticUrl: string
  readonly contents?: Contents
  /** Leave the comments out that name source maps: the maps are not published. */
  readonly hideMaps?: boolean
}

/** A public name, ready to be published. */
export interface Finished {
  readonly name: string
  readonly hashed: string
  readonly source: Source
  /** The content of the hashed name where it differs from the source's. */
  readonly rewritten: Source | undefined
}

/** The files of a site with the references between them: gives each its final name. */
export class Tree {
  /** Sentences about source maps that are missing. */
  readonly warnings: string[] = []
  readonly #sources: ReadonlyMap<string, Source>
  readonly #dialect: Dialect
  readonly #staticUrl: string
  readonly #contents: Contents
  readonly #hideMaps: boolean
  readonly #finished = new Map<string, Finished>()
  readonly #open: string[] = []
  #folders: Set<string> | undefined

  constructor({ sources, dialect, staticUrl, contents, hideMaps }: TreeOptions) {
    this.#contents = contents ?? new Contents()
    this.#hideMaps = hideMaps ?? false
    this.#sources = sources
    this.#dialect = dialect
    this.#staticUrl = staticUrl
  }

  /**
   * The final name of a public name.
   *
   * @param name An unhashed public name.
   * @returns Undefined when there is no such file.
   * @throws {DjangoStaticError} `DJANGO_STATIC_REFERENCE`, `DJANGO_STATIC_CYCLE`, `DJANGO_STATIC_ENCODING`,
   *   `DJANGO_STATIC_READ`.
   */
  finish(name: string): Finished | undefined {
    const done = this.#finished.get(name)
    if (done !== undefined) return done
    const source = this.#sources.get(name)
    if (source === undefined) return undefined
    if (this.#open.includes(name)) this.#failCycle(name)
    if (
      'file' in source &&
      (!hasReferences(name, this.#dialect) || this.#contents.isPlain(source.file))
    ) {
      return this.#settle(name, source, undefined, this.#digest(name, source.file))
    }
    this.#open.push(name)
    const content = readSource(name, source, this.#contents)
    const rewritten = this.#rewrite(name, source, content)
    this.#open.pop()
    const digest =
      rewritten === undefined && 'file' in source
        ? this.#digest(name, source.file)
        : contentHash(rewritten ?? content)
    const held = rewritten && this.#contents.hold(rewritten, name)
    return this.#settle(name, source, held, digest)
  }

  #digest(name: string, file: string): string {
    try {
      return this.#contents.digest(file)
    } catch (cause) {
      return failRead(name, file, cause)
    }
  }

  #settle(name: string, source: Source, rewritten: Source | undefined, digest: string): Finished {
    const hashed = hashedName(name, digest)
    const finished = { name, hashed, source, rewritten }
    this.#finished.set(name, finished)
    return finished
  }

  /** What has its final name by now. */
  finished(): Iterable<Finished> {
    return this.#finished.values()
  }

  /** Every public name, finished. */
  *all(): Generator<Finished> {
    for (const name of this.#sources.keys()) {
      const finished = this.finish(name)
      if (finished !== undefined) yield finished
    }
  }

  #rewrite(name: string, source: Source, content: Uint8Array): Uint8Array | undefined {
    if (!hasReferences(name, this.#dialect)) return undefined
    if (
      name.endsWith('.js') &&
      !Buffer.from(content.buffer, content.byteOffset, content.length).includes('sourceMappingURL')
    ) {
      checkUtf8(name, source, content)
      this.#notePlain(source)
      return undefined
    }
    const before = decode(name, source, content)
    if (!mayRefer(name, before)) {
      this.#notePlain(source)
      return undefined
    }
    const { text, dangling } = rewriteReferences(name, before, {
      dialect: this.#dialect,
      staticUrl: this.#staticUrl,
      hideMaps: this.#hideMaps,
      hashedOf: (wanted) => this.#hashedOf(wanted),
    })
    for (const one of dangling) this.#reportDangling(name, source, before, one)
    return text === before ? undefined : Buffer.from(text)
  }

  #notePlain(source: Source): void {
    if ('file' in source) this.#contents.notePlain(source.file)
  }

  #hashedOf(wanted: string): string | undefined {
    const exact = this.finish(wanted)
    if (exact !== undefined) return exact.hashed
    const path = pathOf(wanted)
    const found = this.finish(path)
    if (found === undefined) return path === '.' || this.#isFolder(path) ? wanted : undefined
    const query = /\?.*$/s.exec(wanted)?.[0] ?? ''
    return found.hashed + (query === '?' ? '' : query)
  }

  #isFolder(path: string): boolean {
    this.#folders ??= foldersOf(this.#sources.keys())
    return this.#folders.has(path)
  }

  #reportDangling(
    name: string,
    source: Source,
    text: string,
    { matched, target, sourceMap }: Dangling,
  ): void {
    const position = originalPosition(source, text, matched)
    const near = nearest(target, this.#sources.keys())
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    if (sourceMap) {
      const place = position === undefined ? originOf(source) : `${position.file}:${position.line}`
      this.warnings.push(
        `${place}: the source map ${target} does not exist; the comment that names it is left out.`,
      )
      return
    }
    throw new DjangoStaticError(
      'DJANGO_STATIC_REFERENCE',
      `${matched}${position === undefined ? ` in ${name}, made from ${originOf(source)},` : ''} leads nowhere: no static file has the name ${target}.${hint}`,
      position,
    )
  }

  #failCycle(name: string): never {
    const cycle = [...this.#open.slice(this.#open.indexOf(name)), name]
    throw new DjangoStaticError(
      'DJANGO_STATIC_CYCLE',
      `These files refer to each other in a circle, so that none can be named by its content: ${cycle.join(' → ')}. Break the circle.`,
    )
  }
}

/** The content of a source. */
export function readSource(name: string, source: Source, contents: Contents): Uint8Array {
  if ('content' in source) return source.content
  try {
    return contents.read(source.file)
  } catch (cause) {
    return failRead(name, source.file, cause)
  }
}

function failRead(name: string, file: string, cause: unknown): never {
  throw new DjangoStaticError(
    'DJANGO_STATIC_READ',
    `${file} (${name}) cannot be read: ${(cause as Error).message}. Make it readable, or leave it out with djangoStatic({ ignore: […] }).`,
    undefined,
    cause,
  )
}

function decode(name: string, source: Source, content: Uint8Array): string {
  checkUtf8(name, source, content)
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8')
}

function checkUtf8(name: string, source: Source, content: Uint8Array): void {
  if (isUtf8(content)) return
  throw new DjangoStaticError(
    'DJANGO_STATIC_ENCODING',
    `${originOf(source)} (${name}) is not UTF-8, and its references cannot be followed. Save it as UTF-8, or leave it out with djangoStatic({ ignore: […] }).`,
  )
}

function originOf(source: Source): string {
  return 'file' in source ? source.file : source.from
}

function foldersOf(names: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const name of names) {
    for (
      let dir = posix.dirname(name);
      dir !== '.' && !folders.has(dir);
      dir = posix.dirname(dir)
    ) {
      folders.add(dir)
    }
  }
  return folders
}
