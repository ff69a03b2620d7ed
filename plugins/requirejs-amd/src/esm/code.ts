/** Generated modules on the border between ES modules and AMD. */
import { MARK, NAMESPACE, NATIVE, REGISTRY, type AmdImport } from './names.ts'
import { quote } from '../module/registry.ts'

/** The module that waits for the page's registry. */
export const registryModule: string = `export function amd(id) {
  if (typeof requirejs !== 'function') {
    throw new Error("'" + id.slice(${MARK.length}) + "' is an AMD module: require.js has to be on the page before this module.")
  }
  return new Promise((resolve, reject) => requirejs([id.slice(${MARK.length})], resolve, reject))
}
`

/**
 * An ES module with the value of an AMD module: as default export, and its properties by name.
 *
 * @param wanted The AMD module, and the names that importers use.
 */
export function amdModule({ id, names }: AmdImport): string {
  const lines = [
    `import { amd } from ${quote(REGISTRY)}`,
    `const value = await amd(${quote(MARK + id)})`,
    'export default value',
  ]
  const own = names.filter((name) => name !== NAMESPACE && name !== 'default')
  if (own.length > 0) {
    const parts = own.map((name, at) => `${quote(name)}: v${at}`).join(', ')
    lines.push(
      `const { ${parts} } = value ?? {}`,
      `export { ${own.map((name, at) => `v${at} as ${quote(name)}`).join(', ')} }`,
    )
  }
  if (names.includes(NAMESPACE)) {
    const object = `value && /object|function/.test(typeof value) ? value : {}`
    lines.push(
      `export const ${NAMESPACE} = Object.freeze({ __proto__: null, ...(${object}), default: value })`,
    )
  }
  return `${lines.join('\n')}\n`
}

/**
 * The ES module whose value AMD modules get for an npm package.
 *
 * @param name The package.
 * @param value What `require()` of it gives: the default export, or all exports.
 */
export function npmModule(name: string, value: 'default' | 'namespace'): string {
  return value === 'default'
    ? `import value from ${quote(name)}\nexport { value as 'module.exports' }\n`
    : `import * as value from ${quote(name)}\nexport { value as 'module.exports' }\n`
}

/** What gives AMD modules the value of an ES module's namespace `ns`. */
const valueOf = `'module.exports' in ns ? ns['module.exports'] : ns`

/**
 * The loader plugin by which AMD modules load ES modules.
 *
 * @param url JavaScript that gives the URL for the resource `name`.
 */
export function nativePlugin(url: string): string {
  return `{ normalize: function (name) { return name }, load: function (name, req, done) { import(${url}).then(function (ns) { done(${valueOf}) }, done.error) } }`
}

/** AMD code without an id for an ES module that {@link nativePlugin} loads. */
export function nativeModule(resource: string): string {
  return `define([${quote(`${NATIVE}!${resource}`)}], function (value) { return value });\n`
}
