import { list, readGlob } from './globs.ts'
import {
  type FileStamp,
  fingerprint,
  type FolderStamp,
  isSame,
  isSameFolder,
  listPackages,
  look,
  stampFile,
  type Twins,
} from './stamps.ts'

/** What was true of one input or output when its target ended well. Short arrays: thousands of them are read before anything else. */
export type Mark =
  /** A file's content. */
  | FileStamp
  /** That there was no such file. */
  | readonly [path: string]
  /** Which files a glob found, or which packages were installed. */
  | readonly [key: string, names: readonly string[], folders: readonly FolderStamp[]]
  /** The value of an environment variable, as a digest: values may be secrets. */
  | readonly [key: string, digest: string]

/** What marks are compared with. */
export interface World {
  /** The project's folder, absolute. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Files that globs do not find: what targets wrote. */
  readonly outputs: { has(path: string): boolean }
}

/** What comparing a mark gave: nothing has changed, perhaps with a mark that is quicker to compare; or a sentence. */
export type Verdict =
  | { readonly fresh: true; readonly mark: Mark }
  | { readonly fresh: false; readonly why: string }

/**
 * The mark of an input now.
 *
 * @param key An absolute path, `glob:…`, `packages:…` or `env:…`.
 * @param known An earlier mark of it, to save work.
 * @param twins Files that were stamped just before, to save work.
 */
export function mark(key: string, world: World, known?: Mark, twins?: Twins): Mark {
  if (known?.length === 3 && known[2].every(isSameFolder)) return known
  if (key.startsWith('env:')) return [key, variable(key.slice(4), world)]
  if (key.startsWith('glob:')) {
    const { names, folders } = list(readGlob(key.slice(5), world.root), world.outputs)
    return [key, names, folders]
  }
  if (key.startsWith('packages:')) {
    const { names, folders } = listPackages(key.slice(9))
    return [key, names, folders]
  }
  return stampFile(key, known?.length === 6 ? known : undefined, twins) ?? [key]
}

/** Compares a mark with what is true now. */
export function check(old: Mark, world: World): Verdict {
  if (old.length === 6) return checkFile(old, world)
  const [key] = old
  if (old.length === 3) {
    if (old[2].every(isSameFolder)) return { fresh: true, mark: old }
    const now = mark(key, world)
    const why = now.length === 3 ? difference(key, old[1], now[1], world) : undefined
    return why === undefined ? { fresh: true, mark: now } : { fresh: false, why }
  }
  if (old.length === 2) {
    const name = key.slice(4)
    return variable(name, world) === old[1]
      ? { fresh: true, mark: old }
      : { fresh: false, why: `the environment variable ${name} has another value` }
  }
  return look(key)?.isFile() === true
    ? { fresh: false, why: `${shown(key, world)} is new` }
    : { fresh: true, mark: old }
}

function checkFile(old: FileStamp, world: World): Verdict {
  const path = old[0]
  const stats = look(path)
  if (stats === undefined || !stats.isFile())
    return { fresh: false, why: `${shown(path, world)} is gone` }
  if (isSame(old, stats)) return { fresh: true, mark: old }
  const now = stats.size === old[2] ? stampFile(path) : undefined
  return now !== undefined && now[1] === old[1]
    ? { fresh: true, mark: now }
    : { fresh: false, why: `${shown(path, world)} has changed` }
}

function difference(
  key: string,
  old: readonly string[],
  now: readonly string[],
  world: World,
): string | undefined {
  const [before, after] = [new Set(old), new Set(now)]
  const added = now.find((name) => !before.has(name))
  const removed = old.find((name) => !after.has(name))
  if (added === undefined && removed === undefined) return undefined
  if (key.startsWith('packages:')) {
    const [name = ''] = (added ?? removed ?? '').split(' ')
    return `the package ${name.replace(/\.(?:dist|egg)-info$/, '')} was ${added === undefined ? 'removed' : 'installed'}`
  }
  const { base } = readGlob(key.slice(5), world.root)
  const file = shown(`${base}/${added ?? removed}`, world)
  return added === undefined ? `${file} is gone` : `${file} is new`
}

/** A path for people: below the root, if it is there. */
export function shown(path: string, { root }: Pick<World, 'root'>): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
}

/** A variable's value, or those of all whose names begin as given (`VITE_*`), as a digest. */
function variable(name: string, { env }: World): string {
  if (!name.endsWith('*')) {
    const value = env[name]
    return value === undefined ? '' : fingerprint(value)
  }
  const prefix = name.slice(0, -1)
  const names = Object.keys(env).filter((one) => one.startsWith(prefix))
  return names.length === 0
    ? ''
    : fingerprint(JSON.stringify(names.sort().map((one) => [one, env[one]])))
}
