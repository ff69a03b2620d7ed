import { readFileSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { isFile, walk } from '../finders/walk.ts'
import { templateReferences, type TemplateReference } from './references.ts'
import type { DjangoInfo } from '../django/answer.ts'

const SCANNED = /\.(?:html?|txt|xml|svg|djhtml|jinja2?|j2|py|js|mjs|ts|tsx|jsx)$/
const TEMPLATE = /\.(?:html?|txt|xml|djhtml|jinja2?|j2)$/
/** The same as a glob. */
const SCANNED_GLOB = '*.{htm,html,txt,xml,svg,djhtml,jinja,jinja2,j2,py,js,mjs,ts,tsx,jsx}'
const TOKEN = /[\p{L}\p{N}_@%+~.$\-/]+/gu
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv'])
const BIG = 2_000_000

/**
 * The texts of a project: which public names do they mention, and which static files do its templates name? Looked at are
 * templates, `.py` and `.js` files below the project's folder and in template folders elsewhere; not in `node_modules`,
 * virtual environments, installed packages, STATIC_ROOT, the output folder and folders whose name starts with a dot.
 */
export class ProjectTexts {
  readonly #dirs: readonly string[]
  readonly #outside: ReadonlySet<string>
  readonly #statics: readonly string[]
  #all: readonly string[] | undefined
  /** By the extension that their texts have in them. */
  readonly #tokens = new Map<string, Set<string>>()
  #references: readonly TemplateReference[] | undefined

  /**
   * @param root Vite's root.
   * @param info What Django said.
   * @param outDirs Folders of output, not to be looked into.
   */
  constructor(root: string, info: DjangoInfo, outDirs: readonly string[]) {
    const templates = info.templates.flatMap(({ dirs }) => dirs)
    this.#dirs = [
      root,
      ...[...templates, ...info.apps].filter((dir) => !isInstalled(dir) && !isBelow(dir, root)),
    ]
    this.#statics = info.finders.flatMap(({ roots }) => roots.map(({ dir }) => `${dir}/`))
    this.#outside = new Set([...outDirs, ...(info.staticRoot ? [info.staticRoot] : [])])
  }

  /** Forgets what was read. */
  clear(): void {
    this.#all = undefined
    this.#tokens.clear()
    this.#references = undefined
  }

  /** See `Statics.mentions` of the protocol. */
  mentions(publicName: string): boolean {
    if (/^[\p{L}\p{N}_@%+~.$\-/]+$/u.test(publicName)) {
      const isScript = publicName.endsWith('.js')
      // Only scripts are named without their extension; of style sheets few texts speak.
      const tokens = this.#tokensOf(isScript ? '' : extname(publicName))
      return tokens.has(publicName) || (isScript && tokens.has(publicName.slice(0, -3)))
    }
    for (const file of this.files()) if (read(file).includes(publicName)) return true
    return false
  }

  /** Every text file of the project that may mention a static file. */
  files(): readonly string[] {
    this.#all ??= [...this.#files(() => true)]
    return this.#all
  }

  *#files(enters: (folder: string) => boolean): Generator<string> {
    const seen = new Set<string>()
    const enter = (name: string, _path: string, folder: string): boolean =>
      !name.startsWith('.') &&
      !SKIPPED.has(name) &&
      !this.#outside.has(folder) &&
      enters(folder) &&
      !isFile(join(folder, 'pyvenv.cfg'))
    for (const dir of this.#dirs) {
      for (const [path, file] of walk(dir, { enter })) {
        if (!SCANNED.test(path) || seen.has(file)) continue
        seen.add(file)
        yield file
      }
    }
  }

  /** What {@link mentions} depends on, as `TargetContext.input` of the protocol takes it: which texts there are, and each of them. */
  *inputs(): Generator<string> {
    const outside = [...this.#outside].map((dir) => `\n!${dir}\n!${dir}/**`).join('')
    for (const dir of this.#dirs) yield `glob:${dir}/**/${SCANNED_GLOB}${outside}`
    yield* this.files()
  }

  /** Every static file that a template of the project names, and how. */
  references(): readonly TemplateReference[] {
    this.#references ??= [...this.#readReferences()]
    return this.#references
  }

  *#readReferences(): Generator<TemplateReference> {
    // What is published is not rendered.
    const isStatic = (path: string): boolean => this.#statics.some((dir) => path.startsWith(dir))
    for (const file of this.#files((folder) => !isStatic(`${folder}/`))) {
      if (!TEMPLATE.test(file) || isStatic(file)) continue
      const text = read(file)
      if (!text.includes('static')) continue
      yield* templateReferences(file, text)
    }
  }

  #tokensOf(extension: string): ReadonlySet<string> {
    const known = this.#tokens.get(extension)
    if (known !== undefined) return known
    const tokens = new Set<string>()
    for (const file of this.files()) {
      const text = read(file)
      if (!text.includes(extension)) continue
      // Most stand there several times.
      for (const token of new Set(text.match(TOKEN))) {
        if (token.length > 300) continue
        tokens.add(token)
        for (let at = token.indexOf('/'); at !== -1; at = token.indexOf('/', at + 1)) {
          tokens.add(token.slice(at + 1))
        }
      }
    }
    this.#tokens.set(extension, tokens)
    return tokens
  }
}

/** Is it a folder of an installed package or of a virtual environment? */
export function isInstalled(dir: string): boolean {
  return /[\\/](?:site-packages|dist-packages)(?:[\\/]|$)/.test(dir)
}

function isBelow(dir: string, root: string): boolean {
  return dir === root || dir.startsWith(`${root}/`)
}

function read(file: string): string {
  try {
    if (statSync(file).size > BIG && basename(file).endsWith('.js')) return ''
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
