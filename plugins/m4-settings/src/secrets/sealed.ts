import { realpathSync } from 'node:fs'
import path from 'node:path'
import { normalizePath } from 'vite'
import { isInside, type Layers } from '../layers.ts'

/** What Vite denies when the user says nothing. A plugin that sets `server.fs.deny` replaces it: arrays are not merged. */
const VITE_DENIES: readonly string[] = [
  '.env',
  '.env.*',
  '*.{crt,pem,key,p12,pfx,cer,der}',
  '.npmrc',
  '.yarnrc.yml',
  '**/.git/**',
]

/** Denied whatever else is: environment files, and what the suite keeps below node_modules. */
const ALWAYS = ['.env', '.env.*', '**/node_modules/.kovu/**']

/** The files that nobody may read over HTTP or from a bundle: sources, templates and what they become. */
export class Sealed {
  /** The paths as they are, by what they are compared by. */
  #files = new Map<string, string>()
  #dirs = new Set<string>()
  readonly #root: string

  /** @param root Vite's root. */
  constructor(root: string) {
    this.#root = root
  }

  /** Adds the files of a mode. */
  add({ dir, definitions, missing, templates }: Layers): void {
    // A folder that holds the whole project cannot be closed; its m4 files can.
    if (!isInside(dir, this.#root)) this.#dirs.add(plain(dir)).add(plain(real(dir)))
    for (const file of [...definitions, ...missing]) this.addFile(file)
    for (const { file, output } of templates) {
      this.addFile(file)
      this.addFile(output)
    }
  }

  /** Adds one file: an include, for instance. */
  addFile(file: string): void {
    for (const each of [file, real(file)]) this.#files.set(plain(each), each)
  }

  /** Every file that was added. */
  get files(): readonly string[] {
    return [...this.#files.values()]
  }

  /** May the file not be read? Links are followed, and case does not count. */
  covers(file: string): boolean {
    return [file, real(file)].some((each) => {
      const name = plain(each)
      if (/(?:^|\/)\.env(?:\.[^/]*)?$/.test(name) || this.#files.has(name)) return true
      if (this.#isTemporary(name)) return true
      for (const dir of this.#dirs) if (name === dir || name.startsWith(`${dir}/`)) return true
      return false
    })
  }

  /** The file while it is being written: `.settings.json.0123456789ab.tmp`. */
  #isTemporary(name: string): boolean {
    const found = /^(.*\/)\.([^/]+)\.[\da-f]{12}\.tmp$/.exec(name)
    return found !== null && this.#files.has(`${found[1]}${found[2]}`)
  }
}

/**
 * The value for `server.fs.deny`, so that Vite itself refuses too.
 *
 * @param sealed The files of the mode.
 * @param dir The folder of the sources.
 * @param root Vite's root.
 * @param before What the user or another plugin has set, which is kept.
 */
export function denied(
  sealed: Sealed,
  dir: string,
  root: string,
  before: readonly string[] | undefined,
): string[] {
  const folder = escape(normalizePath(dir))
  const sources = isInside(dir, root) ? `${folder}/**/*.m4` : `${folder}/**`
  const own = [...ALWAYS, sources, ...sealed.files.map((file) => escape(normalizePath(file)))]
  return before ? own : [...VITE_DENIES, ...own]
}

/** A path as a glob that matches only it. */
function escape(file: string): string {
  return file.replaceAll(/[\\*?[\]{}()!+@|^$]/g, '\\$&')
}

function real(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    // The folder of a file that is not there yet may be a link all the same.
    const folder = path.dirname(file)
    return folder === file ? file : path.join(real(folder), path.basename(file))
  }
}

function plain(file: string): string {
  return normalizePath(file).toLowerCase()
}
