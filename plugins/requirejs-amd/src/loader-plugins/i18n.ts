/** `i18n!nls/words`: a bundle of words, whose parts for other languages the i18n plugin 2.0 loads as the page's locale asks. */

/** `my/nls/fr/words`: what stands before the locale, the locale, the name. */
const bundle = /(^.*(^|\/)nls(\/|$))([^/]*)\/?([^/]*)/

/**
 * The modules that the plugin requires for a bundle whatever the page's locale is, and those of the build's.
 *
 * @param resource The part behind `i18n!`.
 * @param locale The configuration's, such as `fr-fr`.
 */
export function i18nModules(resource: string, locale: unknown): readonly string[] {
  const [, prefix = '', , , first = '', second = ''] = bundle.exec(resource) ?? []
  if (prefix === '') return []
  const name = second === '' ? first : second
  const wanted = second !== '' ? first : typeof locale === 'string' ? locale.toLowerCase() : ''
  const parts = wanted === '' ? [] : wanted.split('-')
  const locales = parts.map((_, at) => parts.slice(0, at + 1).join('-'))
  return [`${prefix}${name}`, ...['root', ...locales].map((part) => `${prefix}${part}/${name}`)]
}
