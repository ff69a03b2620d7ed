import fs from 'node:fs'
import path from 'node:path'
import { slashed, staticsOf, type Context } from './context.ts'

/** A template of the site. */
export interface Found {
  /** Path with forward slashes: the public name, or the path below the root. */
  readonly name: string
  readonly file: string
}

/**
 * All templates: those Django's finders know, or alone all below the root.
 *
 * @returns Also a function that gives the file a public name is taken by.
 */
export async function listTemplates(
  context: Context,
): Promise<{ found: Found[]; taken: (name: string) => string | undefined }> {
  const statics = await staticsOf(context)
  if (statics) {
    const found = [...statics.list()]
      .filter(([, file]) => context.include.matches(slashed(file)))
      .map(([name, file]) => ({ name, file }))
    return { found, taken: (name) => statics.find(name) }
  }
  const found: Found[] = []
  for (const file of walk(context.root)) {
    const name = slashed(file)
    if (context.include.matches(name)) found.push({ name: below(context.root, name), file })
  }
  return { found, taken: () => undefined }
}

/** The path of a file below the root that it was found in. */
function below(root: string, file: string): string {
  return file.slice(root.endsWith('/') ? root.length : root.length + 1)
}

/** Files in which a site names its templates. */
const SOURCE_RE = /\.(?:[cm]?[jt]sx?|vue|svelte|x?html?|djhtml|j2|jinja2?|py|php|rb|json)$/
/** Packages of Python know nothing of the site. */
const INSTALLED_RE = /\/(?:site|dist)-packages\//
/** Nobody writes such files by hand. */
const MAX_SOURCE = 2_000_000

/** The texts of all sources below the root and Django's folders. */
export async function* readSources(context: Context): AsyncGenerator<string> {
  const statics = await staticsOf(context)
  const seen = new Set<string>()
  for (const dir of [context.root, ...(statics?.roots.map((root) => root.dir) ?? [])]) {
    if (INSTALLED_RE.test(slashed(dir)) || !fs.existsSync(dir)) continue
    for (const file of walk(dir)) {
      if (!SOURCE_RE.test(file) || seen.has(file)) continue
      seen.add(file)
      if (fs.statSync(file).size <= MAX_SOURCE) yield fs.readFileSync(file, 'utf8')
    }
  }
}

/** All files below a folder in the order of their names, but for packages and what is hidden. */
function* walk(dir: string): Generator<string> {
  const entries = fs.readdirSync(dir, { withFileTypes: true })
  const before = dir.endsWith(path.sep) ? dir : `${dir}${path.sep}`
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = before + entry.name
    if (entry.isFile()) yield file
    else if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) {
      yield* walk(file)
    }
  }
}
