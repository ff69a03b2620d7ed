import { readFileSync, realpathSync, statSync } from 'node:fs'
import { parseSync } from 'vite'
import { inside } from '../finders/public-name.ts'

/** How a script is to be answered: with its own bytes, or by a re-export of its canonical URL. */
export interface ModuleShape {
  readonly defaultExport: boolean
}

const SCRIPT = /\.(?:js|mjs|mts|ts|jsx|tsx)$/
const TYPED = /\.(?:mts|ts|jsx|tsx)$/

/** Answers whether a file is an ES module, and remembers the answer until the file changes. */
export class ModuleShapes {
  readonly #known = new Map<
    string,
    { readonly stamp: string; readonly shape: ModuleShape | undefined }
  >()

  /**
   * The shape of an ES module.
   *
   * @param file Absolute path of an existing file.
   * @returns Undefined for a classic script (no `import` or `export` syntax), for one that does not parse as a module, and
   *   for anything that is no script.
   */
  of(file: string): ModuleShape | undefined {
    if (!SCRIPT.test(file)) return undefined
    const { mtimeMs, size } = statSync(file)
    const stamp = `${mtimeMs} ${size}`
    const known = this.#known.get(file)
    if (known?.stamp === stamp) return known.shape
    const shape = readShape(file)
    this.#known.set(file, { stamp, shape })
    return shape
  }
}

function readShape(file: string): ModuleShape | undefined {
  const code = readFileSync(file, 'utf8')
  // `.ts` is a video format as well.
  if (code.includes('\0') || (!TYPED.test(file) && !/\b(?:import|export)\b/.test(code)))
    return undefined
  const { module, errors } = parseSync(file, code, { sourceType: 'module' })
  if (!TYPED.test(file) && (errors.length > 0 || !module.hasModuleSyntax)) return undefined
  const defaultExport = module.staticExports.some(({ entries }) =>
    entries.some(
      ({ exportName }) => exportName.kind === 'Default' || exportName.name === 'default',
    ),
  )
  return { defaultExport }
}

/**
 * The one URL under which Vite knows a file.
 *
 * @param file Absolute path.
 * @param root Vite's root.
 * @param base Vite's base, with slashes at both ends.
 */
export function canonicalUrl(file: string, root: string, base: string): string {
  const real = realpathSync(file)
  const path = inside(real, root)
  return (
    base + encodeURI(path ?? `@fs${real.startsWith('/') ? '' : '/'}${real.replaceAll('\\', '/')}`)
  )
}

/**
 * The text that stands at the public name of an ES module.
 *
 * @param url The module's canonical URL.
 * @param shape What it exports.
 */
export function reExport(url: string, { defaultExport }: ModuleShape): string {
  const from = JSON.stringify(url)
  return `export * from ${from}${defaultExport ? `;export { default } from ${from}` : ''}\n`
}
