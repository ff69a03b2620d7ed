/** Keys of an r.js build file that this plugin cannot honour, each with the reason and with what to use instead. */
import type { BuildNote } from './types.ts'
import { isHonoured, isRuntimeKey } from './rjs.ts'

type Note = Omit<BuildNote, 'key'>

/** Keys that only say how r.js itself goes about its copy of the tree: nothing is lost without them. */
const HARMLESS: ReadonlySet<string> = new Set([
  'logLevel',
  'keepBuildDir',
  'allowSourceOverwrites',
  'isBuild',
  'skipDirOptimize',
  'normalizeDirDefines',
  'skipSemiColonInsertion',
  'throwWhen',
  // Read by loader plugins of the site.
  'buildCSS',
  'separateCSS',
  'siteRoot',
])

const CSS: Note = {
  reason: 'this plugin builds scripts, style sheets are the css target',
  instead: '@kovu/less-yui, which inlines imports, minifies and writes what a template names',
}

const REFUSED: Readonly<Record<string, Note>> = {
  cssIn: CSS,
  cssImportIgnore: CSS,
  cssPrefix: CSS,
  optimizeCss: CSS,
  fileExclusionRegExp: {
    reason: 'the plugin for static files (or Vite’s public folder) says what is published',
    instead: "@kovu/django-static's option `ignore`",
  },
  dirExclusionRegExp: {
    reason: 'the plugin for static files (or Vite’s public folder) says what is published',
    instead: "@kovu/django-static's option `ignore`",
  },
  optimizeAllPluginResources: {
    reason: 'resources are put into the layers that depend on them',
    instead: '`include` them in a layer',
  },
  useSourceUrl: {
    reason: 'modules are not turned into text for `eval`, which a content security policy forbids',
    instead: '`generateSourceMaps: true`, or `build.sourcemap` of Vite',
  },
  closure: { reason: 'the Closure compiler is not run', instead: "nothing: Vite's minifier is" },
  context: { reason: 'a build has no contexts', instead: '`context` in the page' },
  packagePaths: { reason: 'RequireJS itself no longer reads it', instead: '`packages`' },
}

/**
 * Which keys of a build file are not honoured.
 *
 * @param build The build file's value.
 * @returns A note for each, in the order of the file.
 */
export function notesOn(build: Readonly<Record<string, unknown>>): BuildNote[] {
  return Object.entries(build).flatMap(([key, value]) => {
    const note = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined
    if (!note || value === undefined || value === false || value === 'none' || isEmpty(value))
      return []
    return [{ key, ...note }]
  })
}

/**
 * Is the key r.js's own, not part of the pages' configuration?
 *
 * @param key The key.
 */
export function isBuildKey(key: string): boolean {
  if (isRuntimeKey(key)) return false
  return isHonoured(key) || HARMLESS.has(key) || Object.hasOwn(REFUSED, key)
}

function isEmpty(value: unknown): boolean {
  if (Object.prototype.toString.call(value) === '[object RegExp]') return false
  return (
    value === null || (typeof value === 'object' && Object.keys(value).length === 0) || value === ''
  )
}
