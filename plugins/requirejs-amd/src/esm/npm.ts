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

/**
 * What an AMD module gets for a package: what `require()` of it gives. Where a package has an ES module and a CommonJS one, the
 * ES module is used, for there must be one instance; its default export is then what the other one's `module.exports` is.
 *
 * @param file The file that `import` of it leads to.
 * @param required The file that `require()` of it leads to, if any.
 */
export function valueOfPackage(
  file: string,
  required: string | undefined,
): 'default' | 'namespace' {
  const { hasModuleSyntax, staticExports } = read(file)
  if (!hasModuleSyntax) return 'default'
  const exported = new Set(
    staticExports.flatMap(({ entries }) =>
      entries.map(({ exportName: { kind, name } }) => (kind === 'Default' ? 'default' : name)),
    ),
  )
  if (exported.has('module.exports') || !exported.has('default')) return 'namespace'
  if (required === undefined || required === file || read(required).hasModuleSyntax)
    return 'namespace'
  return /\b__esModule\b/.test(readFileSync(required, 'utf8')) ? 'namespace' : 'default'
}

function read(file: string): ReturnType<typeof parseSync>['module'] {
  return parseSync(file, readFileSync(file, 'utf8')).module
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
