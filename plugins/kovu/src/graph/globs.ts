import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { type FolderStamp, stampFolder } from './stamps.ts'

/** A glob as `TargetContext.input` takes it, understood. */
export interface Glob {
  /** The folder below which files are looked for: the part of the pattern without wildcards. */
  readonly base: string
  /** Can files in folders below the base match? */
  readonly deep: boolean
  /** Does a file (absolute path, forward slashes) match? */
  matches(file: string): boolean
  /** May a folder be entered? */
  enters(folder: string): boolean
}

/** Which files a glob found, and the folders whose change may change the answer. */
export interface Listing {
  /** Paths below the glob's base, sorted. */
  readonly names: readonly string[]
  readonly folders: readonly FolderStamp[]
}

/** Folders with files of others, or made by programs: `**` does not enter them. */
const closed = new Set(['node_modules', '__pycache__', 'venv'])

/**
 * Reads a glob: a pattern, and further lines that begin with `!` and take files or folders out.
 *
 * @param text Without `glob:`.
 * @param root What relative patterns are relative to.
 */
export function readGlob(text: string, root: string): Glob {
  const [first = '', ...rest] = text.split('\n')
  const absolute = (pattern: string): string =>
    pattern.startsWith('**/') || pattern === '**'
      ? `${slashed(root)}/${pattern}`
      : slashed(resolve(root, pattern))
  const pattern = absolute(first)
  const parts = pattern.split('/')
  const wild = parts.findIndex((part) => /[*?{]/.test(part))
  const depth = wild === -1 ? parts.length - 1 : wild
  const wanted = toRegExp(pattern)
  const unwanted = rest
    .filter((line) => line.startsWith('!'))
    .map((line) => toRegExp(absolute(line.slice(1))))
  const isOut = (path: string): boolean => unwanted.some((pattern) => pattern.test(path))
  return {
    base: parts.slice(0, depth).join('/') || '/',
    deep: parts.length - depth > 1 || parts[depth] === '**',
    matches: (file) => wanted.test(file) && !isOut(file),
    enters: (folder) => !isOut(folder),
  }
}

/**
 * The files that match a glob now. Symbolic links count as what they point to, but folders are not entered through them twice.
 *
 * @param leftOut Files that do not count: what targets wrote themselves.
 */
export function list(glob: Glob, leftOut: { has(file: string): boolean }): Listing {
  const names: string[] = []
  const folders: FolderStamp[] = []
  const seen = new Set<number>()
  const enter = (folder: string, below: string): void => {
    const stamp = stampFolder(folder)
    folders.push(stamp)
    const inode = stamp[3]
    if (inode === undefined || seen.has(inode)) return
    seen.add(inode)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = folder === '/' ? `/${entry.name}` : `${folder}/${entry.name}`
      const name = below + entry.name
      const what = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry
      if (what?.isDirectory() === true) {
        if (glob.deep && isOpen(entry.name, path) && glob.enters(path)) enter(path, `${name}/`)
      } else if (what?.isFile() === true && glob.matches(path) && !leftOut.has(path)) {
        names.push(name)
      }
    }
  }
  enter(glob.base, '')
  return { names: names.sort(), folders }
}

function isOpen(name: string, path: string): boolean {
  if (name.startsWith('.') || closed.has(name)) return false
  return statSync(join(path, 'pyvenv.cfg'), { throwIfNoEntry: false }) === undefined
}

function toRegExp(pattern: string): RegExp {
  let braces = 0
  const source = pattern.replaceAll(/\/\*\*\/|\/\*\*$|\*\*|[*?{},]|[.+^$()|[\]\\]/g, (part) => {
    if (part === '/**/') return '/(?:.*/)?'
    if (part === '/**') return '(?:/.*)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part === ',') return braces === 0 ? ',' : '|'
    if (part === '{') {
      braces += 1
      return '(?:'
    }
    if (part === '}') {
      if (braces === 0) return '\\}'
      braces -= 1
      return ')'
    }
    return `\\${part}`
  })
  return new RegExp(`^${source}$`)
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
