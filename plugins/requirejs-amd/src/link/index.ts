/**
 * The linker: modules in registry form, one after the other in one classic script. Nothing is run early and no scope is
 * merged; the registry of the page (RequireJS, almond, our loader) runs each module when RequireJS would.
 */
import { layerMap, type Part } from './map.ts'
import type { Cache } from '../cache.ts'
import { minifyOnce, MinifyError } from './minify.ts'
import { namespaced } from './namespace.ts'
import { quote, tableFrame, type TableRow } from './table.ts'
import { AmdError } from '../error.ts'
import type { MinifierOptions, SourceMapLike } from '../types.ts'

/** What is put into a file. */
export type LinkInput =
  /** A module that needs nothing but its id, its dependencies and its factory. */
  | {
      readonly kind: 'row'
      readonly id: string
      readonly deps: readonly string[]
      /** The factory expression, with what has to stand around it. */
      readonly factory: readonly Part[]
      /** Statements that run with the file, and have nothing to do with modules. */
      readonly before?: Part | undefined
    }
  /** Text that stands at the top level as it is. */
  | { readonly kind: 'text'; readonly parts: readonly Part[] }

/** How a file is to be linked. */
export interface LinkOptions {
  readonly minify: boolean
  /** Is a source map wanted? */
  readonly map: boolean
  /** Are comments with `@license`, `@preserve` or `/*!` kept when minifying? */
  readonly licenses: boolean
  /** Options of the minifier. */
  readonly minifier?: MinifierOptions | undefined
  /** What earlier runs minified. */
  readonly cache?: Cache | undefined
  /** Global object that holds `define`; '' is the page. */
  readonly namespace?: string | undefined
  /** The name of a source in the map. */
  readonly sourceName: (file: string) => string
}

/** A linked file. */
export interface Linked {
  /** Ends in a newline; without a `sourceMappingURL`. */
  readonly code: string
  readonly map: SourceMapLike | undefined
}

/** From this many modules in a row, the table's prologue pays. */
const TABLE_ROWS = 4

/**
 * Links one file.
 *
 * @param name The file's name, for messages and the map.
 * @param inputs What it holds, in order.
 * @param options How.
 * @returns The script and its map.
 * @throws {AmdError} `REQUIREJS_AMD_SYNTAX`, placed in the source, when the script cannot be minified.
 */
export async function link(
  name: string,
  inputs: readonly LinkInput[],
  options: LinkOptions,
): Promise<Linked> {
  const namespace = options.namespace ?? ''
  const own = namespace === '' ? inputs : namespaced(inputs, namespace)
  const parts = assemble(own, options.minify, namespace === '' ? 'define' : `${namespace}.define`)
  const text = parts.map((part) => part.text).join('')
  if (!options.minify) {
    return { code: text, map: options.map ? layerMap(parts, name, options.sourceName) : undefined }
  }
  const minified = await minifyOnce(options.cache, name, text, options.map, options.minifier).catch(
    (error: unknown) => {
      throw error instanceof MinifyError ? located(name, error, parts) : error
    },
  )
  const header = options.licenses
    ? [...new Set(minified.legal)].map((comment) => `${comment}\n`).join('')
    : ''
  return {
    code: `${header}${minified.code.trimEnd()}\n`,
    map:
      minified.trace === undefined
        ? undefined
        : layerMap(parts, name, options.sourceName, {
            ...minified.trace,
            shift: header.split('\n').length - 1,
          }),
  }
}

type Row = Extract<LinkInput, { kind: 'row' }> & TableRow

function assemble(inputs: readonly LinkInput[], tables: boolean, define: string): readonly Part[] {
  const parts: Part[] = []
  const own = (text: string): void => void parts.push({ text, origin: undefined })
  let run: Row[] = []
  const flush = (): void => {
    // Before the definitions of the whole run, which only name functions: nobody can tell.
    for (const { before } of run) {
      if (before === undefined) continue
      parts.push(before)
      own('\n;\n')
    }
    if (
      tables &&
      run.length >= TABLE_ROWS &&
      new Set(run.map((row) => row.id)).size === run.length
    ) {
      const frame = tableFrame(run, define)
      own(frame.before)
      run.forEach((row, at) => {
        own(`${at > 0 ? ',\n' : ''}${quote(row.id)},`)
        parts.push(...row.factory)
      })
      own(frame.after)
    } else {
      for (const row of run) {
        own(`${define}(${quote(row.id)},[${row.deps.map(quote).join(',')}],`)
        parts.push(...row.factory)
        own(');\n')
      }
    }
    run = []
  }
  for (const input of inputs) {
    if (input.kind === 'row') run.push(input)
    else {
      flush()
      parts.push(...input.parts)
      // As r.js does: a text that ends without a semicolon must not swallow the next one.
      if (!/[;\n]\s*$/.test(input.parts.at(-1)?.text ?? '\n')) own('\n;\n')
    }
  }
  flush()
  return parts
}

/** A minifier's error, in the source it comes from. */
function located(name: string, error: MinifyError, parts: readonly Part[]): AmdError {
  let start = 0
  for (const { text, origin } of parts) {
    const at = (error.offset ?? -1) - start
    if (at >= 0 && at < text.length && origin !== undefined) {
      const place = { file: origin.file, text: origin.code, offset: origin.offset + at }
      return new AmdError(
        'REQUIREJS_AMD_SYNTAX',
        `${error.message} (while minifying ${name}).`,
        place,
      )
    }
    start += text.length
  }
  return new AmdError('REQUIREJS_AMD_SYNTAX', `${error.message} (while minifying ${name}).`, {
    file: name,
  })
}
