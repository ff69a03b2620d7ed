import { resolve } from 'node:path'

import { createFilter } from 'vite'

/** Which files of the project a release carries. Paths are from the root, with forward slashes. */
export interface Selection {
  /** Is the file, or all that is in the folder, left out? */
  readonly leavesOut: (path: string, folder: boolean) => boolean
}

/**
 * Never carried, whatever the options say: version control, what belongs to one machine, and its secrets. (Private keys under
 * other names are found by their content.)
 */
const NEVER: readonly RegExp[] = [
  /(?:^|\/)\.(?:git|hg|svn|bzr|jj)(?:\/|$)/,
  /(?:^|\/)\.(?:ssh|gnupg|aws|kube|docker)(?:\/|$)/,
  /(?:^|\/)\.(?:env(?:\.[^/]*)?|envrc|netrc|npmrc|pypirc|pgpass|my\.cnf)$/,
  /(?:^|\/)[^/]*\.local\.[^/]+$/,
  /(?:^|\/)(?:local_settings|settings_local)\.py$/,
  /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)[^/]*$/,
  /(?:^|\/)[^/]*\.(?:p12|pfx|jks|kdbx)$/,
]

/** Left out unless a pattern brings it in: what is made on the way, and what only developers need. */
const BY_DEFAULT: readonly RegExp[] = [
  /(?:^|\/)\.(?!well-known(?:\/|$))/,
  /(?:^|\/)(?:node_modules|bower_components|__pycache__|__MACOSX|coverage|htmlcov)(?:\/|$)/,
  /\.(?:py[co]|log|pid|sock|swp|tmp|sqlite3(?:-journal|-wal|-shm)?|m4|tsbuildinfo)$/,
  /~$/,
  /(?:^|\/)(?:Thumbs\.db|desktop\.ini|dump\.rdb)$/,
  /(?:^|\/)vite\.config\.[cm]?[jt]s$/,
]

/**
 * Which files are carried.
 *
 * @param root The project's folder, absolute.
 * @param patterns `src.files`: those with `!` leave out; the others bring in what is left out by default.
 * @param outputs Absolute paths that are never carried: where packages and the repository are written.
 */
export function selection(
  root: string,
  patterns: readonly string[],
  outputs: readonly string[],
): Selection {
  const out = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1))
  const brought = patterns.filter((pattern) => !pattern.startsWith('!'))
  const isOut = matcher(root, out)
  const isIn = matcher(root, brought)
  return {
    leavesOut: (path, folder) => {
      const absolute = resolve(root, path)
      if (outputs.includes(absolute) || NEVER.some((pattern) => pattern.test(path))) return true
      if (isOut(absolute) || (folder && isOut(`${absolute}/`))) return true
      if (!BY_DEFAULT.some((pattern) => pattern.test(path))) return false
      return folder ? !brought.some((pattern) => reachesInto(pattern, path)) : !isIn(absolute)
    },
  }
}

function matcher(root: string, patterns: readonly string[]): (file: string) => boolean {
  return patterns.length === 0 ? () => false : createFilter(patterns, undefined, { resolve: root })
}

/** May the pattern match something in the folder? */
function reachesInto(pattern: string, folder: string): boolean {
  const fixed = pattern.replace(/[*?[{(!].*$/s, '')
  return fixed.startsWith(`${folder}/`) || `${folder}/`.startsWith(fixed)
}
