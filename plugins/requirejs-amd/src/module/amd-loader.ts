/** Which text is that of an AMD loader. */

/** Is the text that of require.js or almond, perhaps among others? */
export function definesLoader(code: string): boolean {
  return /\bvar\s+requirejs\s*,\s*require\s*,\s*define\b/.test(code)
}

/** Is the text require.js, whole and alone? A bundle that begins with it is not, and almond is not: it loads nothing. */
export function isRequireJs(code: string): boolean {
  return (
    definesLoader(code) &&
    code.includes('data-main') &&
    code.includes('onResourceLoad') &&
    // Modules behind it would be lost.
    !/\bdefine\s*\(\s*["'[]/.test(code)
  )
}
