import type { Recording } from './recording.ts'

/** Properties whose values never have a slash: with one, a browser drops the declaration. So `font`, `grid-area` and `border-radius` are not of them. */
const PLAIN =
  '(?:(?:min-|max-)?(?:width|height)|(?:margin|padding)(?:-(?:top|right|bottom|left))?|top|right|bottom|left|' +
  'border(?:-(?:top|right|bottom|left))?-width|font-size|line-height|letter-spacing|word-spacing|text-indent|opacity|z-index)'

/** What may look like a declaration and is none. */
const OPAQUE = /\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g

/** In the CSS: two numbers with a slash between them, in no parentheses. */
const UNDIVIDED = new RegExp(
  `(?<=[{;\\s])(${PLAIN})\\s*:\\s*([^;{}()"'\\n]*?[\\d.](?:[a-z]+|%)?\\s*/\\s*[-+]?\\.?\\d[^;{}()"'\\n]*)(?=[;}])`,
  'i',
)

/** Is there such a declaration in the CSS? */
export function isUndivided(css: string): boolean {
  return UNDIVIDED.test(css.replace(OPAQUE, ''))
}

/**
 * Finds what an old less would have divided: since less 4, `@gutter / 2` is a division only in parentheses, and what comes out is no CSS.
 *
 * @param css The rendered sheet.
 * @param recording The texts it was made from.
 * @returns A warning that says where, or undefined if there is no such declaration.
 */
export function undivided(css: string, source: string, recording: Recording): string | undefined {
  const [, property, value] = UNDIVIDED.exec(css.replace(OPAQUE, '')) ?? []
  if (property === undefined || value === undefined) return undefined
  const place = recording.find(
    new RegExp(`(?<![\\w-])${property}\\s*:[^;{}()]*[^;{}()/*]/[^;{}()/*]`, 'i'),
  )
  const where = place ? `${place.file}:${place.line}:${place.column + 1}` : source
  return (
    `${where}: \`${property}: ${value.trim()}\` is not divided, and browsers drop it: less divides only in parentheses since version 4. ` +
    `Sources written for an older less need \`lessVersion: '1.x'\`, or \`less: { math: 'always' }\`; others, parentheses.`
  )
}
