/** A source as a tree, or an error with its place. */
import { parseSync, type ESTree } from 'vite'
import { AmdError } from '../error.ts'

/** A parsed source. */
export interface Parsed {
  readonly program: ESTree.Program
  /** Has it import or export syntax? */
  readonly esm: boolean
}

/**
 * Parses as a script, or as an ES module where the syntax asks for one.
 *
 * @param code The source.
 * @param file Its path, for the error.
 * @throws `REQUIREJS_AMD_SYNTAX` with the place.
 */
export function parse(code: string, file: string): Parsed {
  const script = parseSync(file, code, { sourceType: 'script', lang: 'js', preserveParens: false })
  if (script.errors.length === 0) return { program: script.program, esm: false }
  if (/\b(?:import|export)\b/.test(code)) {
    const module = parseSync(file, code, {
      sourceType: 'module',
      lang: 'js',
      preserveParens: false,
    })
    if (module.errors.length === 0) return { program: module.program, esm: true }
    if (module.module.hasModuleSyntax) throw syntaxError(module.errors[0], code, file)
  }
  throw syntaxError(script.errors[0], code, file)
}

function syntaxError(
  error: { message: string; labels: { start: number }[] } | undefined,
  code: string,
  file: string,
): AmdError {
  const message = error?.message ?? 'the source cannot be parsed'
  return new AmdError('REQUIREJS_AMD_SYNTAX', message, {
    file,
    text: code,
    offset: error?.labels[0]?.start,
  })
}
