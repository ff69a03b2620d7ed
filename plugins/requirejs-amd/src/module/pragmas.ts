/** r.js's conditional comments: `//>>includeStart("name", pragmas.name); … //>>includeEnd("name");` */
import vm from 'node:vm'
import { AmdError } from '../error.ts'

/**
 * Keeps or removes what stands between the comments. The comments themselves go; line breaks stay, so that offsets of
 * lines do.
 *
 * @param code The source.
 * @param pragmas The values that conditions read.
 * @param file The source's path, for errors.
 * @throws `REQUIREJS_AMD_SYNTAX` for a start without its end, or a condition that cannot be evaluated.
 */
export function applyPragmas(
  code: string,
  pragmas: Readonly<Record<string, boolean>>,
  file: string,
): string {
  if (!code.includes('//>>')) return code
  const start = /\/\/>>\s*(include|exclude)Start\(\s*["'](\w+)["']\s*,(.*)\)[^\n]*/
  let rest = code
  let done = ''
  for (let match = start.exec(rest); match; match = start.exec(rest)) {
    const [whole, kind = '', name = '', condition = ''] = match
    const from = match.index + whole.length
    const end = new RegExp(String.raw`\/\/>>\s*${kind}End\(\s*["']${name}["']\s*\)[^\n]*`).exec(
      rest.slice(from),
    )
    const place = { file, text: code, offset: done.length + match.index }
    if (!end)
      throw new AmdError('REQUIREJS_AMD_SYNTAX', `//>>${kind}Start("${name}") has no end.`, place)
    const inner = rest.slice(from, from + end.index)
    const keep = holds(condition, pragmas, place) === (kind === 'include')
    done += rest.slice(0, match.index) + (keep ? '' : inner.replaceAll(/[^\n]/g, ''))
    // What is kept may hold conditions of its own.
    rest = (keep ? inner : '') + rest.slice(from + end.index + end[0].length)
  }
  return done + rest
}

function holds(
  condition: string,
  pragmas: Readonly<Record<string, boolean>>,
  place: ConstructorParameters<typeof AmdError>[2],
): boolean {
  try {
    return Boolean(
      vm.runInNewContext(`!!(${condition})`, { pragmas: { ...pragmas } }, { timeout: 1000 }),
    )
  } catch (cause) {
    throw new AmdError(
      'REQUIREJS_AMD_SYNTAX',
      `The condition (${condition.trim()}) cannot be evaluated.`,
      place,
      { cause },
    )
  }
}
