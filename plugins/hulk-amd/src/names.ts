import path from 'node:path'
import type { ResolvedOptions } from './options.ts'

/** The parts of the options that decide names. */
export type Naming = Pick<ResolvedOptions, 'naming' | 'namespace'>

/**
 * The name of the `.js` file made from a template.
 *
 * @param name Path of the template with forward slashes, such as `t/hello.template.mustache`.
 * @param suffixes The templates' suffixes, longest first.
 * @returns `t/hello.template.js`, or `t/hello.js` by hulk's naming; undefined when nothing is left of the name.
 */
export function derivedName(
  name: string,
  suffixes: readonly string[],
  { naming, namespace }: Naming,
): string | undefined {
  const slash = name.lastIndexOf('/') + 1
  const base = name.slice(slash)
  const suffix = suffixes.find((one) => base.endsWith(one)) ?? path.posix.extname(base)
  const stem = naming === 'hulk' ? base.replace(/\..*$/, '') : base.slice(0, -suffix.length)
  if (stem === '') return undefined
  const derived = `${name.slice(0, slash)}${namespace}${stem}.js`
  return namespace === '' ? derived : path.posix.normalize(derived)
}

/** A way from source names to derived names, as suffixes. */
export interface Suffixes {
  readonly from: string
  readonly to: string
  readonly preferSource: boolean
}

/**
 * The same as pairs of suffixes, more specific ones first. A `hello.template.js` beside its template is an old Makefile's
 * output and gives way; a `hello.js` beside `hello.mustache` is as likely a module of its own, and stays.
 */
export function derivedSuffixes(
  suffixes: readonly string[],
  { naming, namespace }: Naming,
): Suffixes[] {
  if (namespace !== '') return []
  const marked = suffixes
    .filter((suffix) => !suffix.startsWith('.template.'))
    .map((suffix) => `.template${suffix}`)
  const to = (from: string): string =>
    naming === 'hulk' || !from.startsWith('.template.') ? '.js' : '.template.js'
  return [...new Set([...marked, ...suffixes])].map((from) => ({
    from,
    to: to(from),
    preferSource: to(from) === '.template.js',
  }))
}
