import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { byCodePoint } from '../tree/names.ts'
import type { Chunk } from './bundle.ts'
import { writeWhole } from './releases.ts'

/** What a build gives to those who are not Django's templates. */
export interface Artifacts {
  readonly root: string
  readonly staticUrl: string
  /** Hashed names by public name. */
  readonly paths: ReadonlyMap<string, string>
  /** Content of a hashed name. */
  readonly contentOf: (hashed: string) => Uint8Array | undefined
  /** Chunks by their file names. */
  readonly chunks: ReadonlyMap<string, Chunk>
  /** Public names that Kovu made and that are no chunks. */
  readonly made: readonly string[]
}

interface ViteEntry {
  file: string
  name?: string
  src?: string
  isEntry?: boolean
  isDynamicEntry?: boolean
  imports?: string[]
  dynamicImports?: string[]
  integrity?: string
}

const CODE = /\.(?:m?js|css)$/

/** The `integrity` value of a content. */
function integrityOf(content: Uint8Array): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`
}

/**
 * Writes a manifest as Vite does. Keys are public names; the files are their hashed names, which Django's storage knows as
 * names too, so that django-vite resolves them.
 *
 * @param artifacts See {@link Artifacts}.
 * @param file Path from Vite's root.
 */
export function writeViteManifest(artifacts: Artifacts, file: string): void {
  const { paths, chunks, made, contentOf } = artifacts
  const keys = new Map<string, string>()
  for (const [key, hashed] of paths) if (key !== hashed && chunks.has(hashed)) keys.set(hashed, key)
  const keysOf = (names: readonly string[]): string[] =>
    names.flatMap((name) => keys.get(name) ?? [])
  const manifest: Record<string, ViteEntry> = {}
  for (const [hashed, chunk] of chunks) {
    const key = keys.get(hashed)
    if (key === undefined) continue
    const imports = keysOf(chunk.imports)
    const dynamicImports = keysOf(chunk.dynamicImports)
    manifest[key] = {
      file: hashed,
      name: chunk.name,
      src: key,
      ...(chunk.isEntry ? { isEntry: true } : {}),
      ...(chunk.isDynamicEntry ? { isDynamicEntry: true } : {}),
      ...(imports.length > 0 ? { imports } : {}),
      ...(dynamicImports.length > 0 ? { dynamicImports } : {}),
      ...integrityField(contentOf(hashed)),
    }
  }
  for (const name of made) {
    const hashed = paths.get(name)
    if (hashed === undefined || !CODE.test(name)) continue
    manifest[name] = {
      file: hashed,
      src: name,
      isEntry: true,
      ...integrityField(contentOf(hashed)),
    }
  }
  write(artifacts, file, sorted(manifest))
}

function integrityField(content: Uint8Array | undefined): { integrity?: string } {
  return content === undefined ? {} : { integrity: integrityOf(content) }
}

/**
 * Writes the `integrity` values of scripts and style sheets, by public name.
 *
 * @param artifacts See {@link Artifacts}.
 * @param file Path from Vite's root.
 */
export function writeIntegrity(artifacts: Artifacts, file: string): void {
  const values: Record<string, string> = {}
  for (const [name, hashed] of artifacts.paths) {
    const content = CODE.test(hashed) ? artifacts.contentOf(hashed) : undefined
    if (content !== undefined) values[name] = integrityOf(content)
  }
  write(artifacts, file, sorted(values))
}

/**
 * Writes a RequireJS configuration under which the id `main/js/app` loads the hashed file.
 *
 * @param artifacts See {@link Artifacts}.
 * @param file Path from Vite's root.
 */
export function writeRequirejsMap(artifacts: Artifacts, file: string): void {
  const paths: Record<string, string> = {}
  for (const [name, hashed] of artifacts.paths) {
    if (name !== hashed && name.endsWith('.js'))
      paths[name.slice(0, -3)] = hashed.replace(/\.js$/, '')
  }
  write(artifacts, file, { baseUrl: artifacts.staticUrl, paths: sorted(paths) })
}

function write({ root }: Artifacts, file: string, value: unknown): void {
  writeWhole(resolve(root, file), `${JSON.stringify(value, undefined, 2)}\n`)
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).sort(([left], [right]) => byCodePoint(left, right)),
  )
}
