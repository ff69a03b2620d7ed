import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import type { Compiled } from '../lessc/compile.ts'
import { hash, isFresh } from '../lessc/recording.ts'

const debug = debuglog('kovu:less-yui')

/** Rendered sheets, kept in memory and on disk; each is good as long as every file it was made from is unchanged. */
export interface Cache {
  /** The sheet, if none of its files has changed. */
  get(source: string): Compiled | undefined
  /** The sheet as it was when it was last rendered, whatever has changed since. */
  before(source: string): Compiled | undefined
  /** Keeps a sheet; on disk only if it depends on nothing but files. */
  set(source: string, compiled: Compiled): void
}

/**
 * Opens the cache.
 *
 * @param folder Where to keep sheets between runs; undefined keeps them in memory only.
 * @param key All that a rendering depends on besides files: options, version of less.
 */
export function openCache(folder: string | undefined, key: string): Cache {
  const memory = new Map<string, Compiled>()
  const fileOf = (source: string): string =>
    path.join(folder ?? '', `${path.basename(source, '.less')}-${hash(key, '\0', source)}.json`)
  const before = (source: string): Compiled | undefined => {
    const kept =
      memory.get(source) ??
      (folder === undefined ? undefined : (read(fileOf(source)) as Compiled | undefined))
    if (kept) memory.set(source, kept)
    return kept
  }
  return {
    get(source) {
      const kept = before(source)
      return kept && isFresh(kept.closure) ? kept : undefined
    },
    before,
    set(source, compiled) {
      memory.set(source, compiled)
      if (folder === undefined) return
      if (compiled.volatile !== undefined) {
        debug('%s is not kept on disk: %s', source, compiled.volatile)
        return
      }
      write(fileOf(source), compiled)
    },
  }
}

/** What was kept in a file, if it is there and whole. */
export function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch {
    return undefined
  }
}

/** Keeps a value in a file; it is no error if that cannot be. */
export function write(file: string, value: object): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    // Renamed into place: another process never reads half of it.
    const temporary = `${file}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(value))
    renameSync(temporary, file)
  } catch (error) {
    debug('cannot keep %s: %s', file, error)
  }
}
