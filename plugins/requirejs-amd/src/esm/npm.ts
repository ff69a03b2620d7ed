/** npm packages that AMD modules name, because the static files have no such module. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { normalizePath, parseSync } from 'vite'

/**
 * Finds the packages that a site's own `package.json` names: what only other packages need is none of the site's.
 *
 * @param root Vite's root.
 * @returns Asks for the `package.json` behind an id; undefined where the id is no package, or not installed.
 */
export function npmPackages(root: string): (id: string) => Promise<string | undefined> {
  const manifest = fileAbove(root, 'package.json')
  const declared = manifest === undefined ? new Set<string>() : dependenciesOf(manifest)
  return (id) => {
    const name = id.split('/', id.startsWith('@') ? 2 : 1).join('/')
    const file = declared.has(name)
      ? fileAbove(root, `node_modules/${name}/package.json`)
      : undefined
    return Promise.resolve(file && normalizePath(file))
  }
}

/** Is the file CommonJS, so that its value is `module.exports`? */
export function isCommonJs(file: string): boolean {
  if (/\.[cm]js$/.test(file)) return file.endsWith('.cjs')
  if (!file.endsWith('.js')) return false
  return !parseSync(file, readFileSync(file, 'utf8')).module.hasModuleSyntax
}

function fileAbove(folder: string, name: string): string | undefined {
  const file = join(folder, name)
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder ? undefined : fileAbove(parent, name)
}

function dependenciesOf(manifest: string): Set<string> {
  const content = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, object | undefined>
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = content
  return new Set(
    [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((table) =>
      Object.keys(table ?? {}),
    ),
  )
}
