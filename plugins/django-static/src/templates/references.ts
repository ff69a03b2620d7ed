import { positionAt, type Position } from '../error.ts'

/** A static file that a template names. */
export interface TemplateReference {
  readonly publicName: string
  readonly position: Position
  /** Stands in the `src` of a script. */
  readonly script: boolean
  /** Stands in the `src` of a `<script type="module">`. */
  readonly module: boolean
  /** Stands in the `src` of a script with `data-main`. */
  readonly loader: boolean
  /** Stands in `data-main` itself. */
  readonly main: boolean
}

const STATIC_TAG =
  /\{%-?\s*static\s+(?:"([^"\n]*)"|'([^'\n]*)')[^%]*%\}|\bstatic\(\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*\)/g
const SCRIPT_TAG =
  /<script\b(?:\{%.*?%\}|\{\{.*?\}\}|"(?:\{%.*?%\}|[^"])*"|'(?:\{%.*?%\}|[^'])*'|[^>"'])*>/gis
/**
 * The static files that a template names by `{% static %}`, in the order of the text; what stands in comments is passed over.
 *
 * @param file Absolute path of the template, for positions.
 * @param source Its text.
 */
export function* templateReferences(file: string, source: string): Generator<TemplateReference> {
  const text = blankComments(source)
  const scripts = [...text.matchAll(SCRIPT_TAG)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    module: /\btype\s*=\s*["']?module\b/i.test(match[0]),
    main: /\bdata-main\s*=/i.test(match[0]),
  }))
  for (const match of text.matchAll(STATIC_TAG)) {
    const publicName = (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').replace(/[?#].*$/s, '')
    if (publicName === '' || publicName.endsWith('/')) continue
    const script = scripts.find(({ start, end }) => match.index > start && match.index < end)
    const attribute = /([\w-]+)\s*=\s*["']?[^"'=<>]*$/.exec(
      text.slice(script?.start ?? 0, match.index),
    )?.[1]
    yield {
      publicName,
      position: positionAt(file, text, match.index),
      script: script !== undefined && attribute === 'src',
      module: script !== undefined && script.module && attribute === 'src',
      loader: script !== undefined && script.main && attribute === 'src',
      main: script !== undefined && attribute === 'data-main',
    }
  }
}

/** Blanks what a template does not output, keeping offsets. */
function blankComments(text: string): string {
  return text.replaceAll(
    /\{#.*?#\}|\{%-?\s*comment\b.*?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}|<!--(?!\[if)[\s\S]*?-->/g,
    (comment) => comment.replaceAll(/[^\n]/g, ' '),
  )
}
