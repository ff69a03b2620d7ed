/** Made modules, and the paths by which they lead to files of the build. */
import { quote } from '../module/registry.ts'
import type { MadeModule, ModuleRecord } from '../types.ts'

/** The module that stands for an ES module under an id. */
export function madeOf(
  id: string,
  { publicName, file, watch }: ModuleRecord,
  code: string,
): MadeModule {
  return { id, publicName, code, file, watch }
}

/** A path below the static root as one below `baseUrl`, whose public name is `prefix`. */
export function pathTo(prefix: string, name: string): string {
  return `${prefix === '' ? '' : '../'.repeat(prefix.split('/').length)}${name}`
}

/**
 * A statement that puts style sheets into the page.
 *
 * @param sheets Their paths below `baseUrl`.
 * @returns '' when there are none.
 */
export function linksTo(sheets: readonly string[]): string {
  return sheets.length === 0
    ? ''
    : `[${sheets.map(quote).join(', ')}].forEach(function (name) { var link = document.createElement('link'); link.rel = 'stylesheet'; link.href = requirejs.toUrl(name); document.head.appendChild(link); });`
}
