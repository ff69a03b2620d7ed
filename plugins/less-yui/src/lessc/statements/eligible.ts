/** Render options with which a statement comes to the same wherever else it is evaluated. */
const HARMLESS = new Set([
  'paths',
  'rewriteUrls',
  'relativeUrls',
  'rootpath',
  'urlArgs',
  'math',
  'strictMath',
  'strictUnits',
  'javascriptEnabled',
  'ieCompat',
  'strictImports',
  'insecure',
  'silent',
  'quiet',
  'quietDeprecations',
  'disablePluginRule',
])

/** May the statements of a sheet be rendered one by one, by this less with these options? */
export function isEligible(less: Readonly<Record<string, unknown>>, major: number): boolean {
  return major >= 3 && Object.keys(less).every((name) => HARMLESS.has(name))
}
