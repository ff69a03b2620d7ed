/**
 * Loader plugins that are known before run time. Any other plugin is an AMD module like all others: in development it loads its
 * resources in the browser, as RequireJS has it; in a build its own `write` may put them into layers (`foreign/`).
 */
import type { Derivation } from '@kovu/protocol'
import type { RequireConfig } from '../types.ts'
import { i18nModules } from './i18n.ts'
import { jsonValue, readJsonResource } from './json.ts'
import { styleSheet } from './styles.ts'
import { templateModule } from './templates.ts'
import { readTextResource, textValue } from './text.ts'

/** What a loader plugin may ask for. */
export interface PluginSurroundings {
  readonly config: RequireConfig
  /** What other plugins make from sources. */
  readonly derives: readonly Derivation[]
  /** Has the page the plugin itself? */
  readonly installed: boolean
  /** Is there such a resource, or something that a derivation makes of that name? */
  readonly has: (path: string) => boolean
}

/** A loader plugin whose resources are understood. */
export interface LoaderPlugin {
  /** Resources whose files become values: the path of the file, as an id with an extension; undefined for those that do not. */
  path?(resource: string): string | undefined
  /**
   * The module's value for the file's content; it becomes a literal.
   *
   * @throws A sentence, when the content has no value.
   */
  value?(content: string, resource: string): unknown
  /** Ids of modules that the plugin requires for a resource, as far as they exist. */
  modules?(resource: string, config: RequireConfig): readonly string[]
  /**
   * A module that stands for the resource, so that the plugin itself is not needed.
   *
   * @returns AMD code without an id, or undefined to leave the resource to the plugin.
   */
  module?(resource: string, around: PluginSurroundings): string | undefined
}

/** A plugin that the page lacks and does not need, for all its resources are modules. RequireJS asks for it all the same. */
export const needless = 'define({ load: function (name, require, done) { done(); } });\n'

/** The loader plugins by the last part of their id: `text` is also `lib/text` or `vendor/requirejs/text`. */
const loaderPlugins: Readonly<Record<string, LoaderPlugin>> = {
  text: {
    path: (resource) => readTextResource(resource).path,
    value: (content, resource) => textValue(content, readTextResource(resource)),
  },
  json: { path: readJsonResource, value: jsonValue },
  i18n: {
    modules: (resource, { locale, config }) =>
      i18nModules(
        resource,
        (config?.['i18n'] as { locale?: unknown } | undefined)?.locale ?? locale,
      ),
  },
  optional: { modules: (resource) => [resource] },
  less: { module: (resource, around) => styleSheet('.less', resource, around) },
  css: { module: (resource, around) => styleSheet('.css', resource, around) },
  hgn: { module: (resource, around) => templateModule('hgn', resource, around) },
  hogan: { module: (resource, around) => templateModule('hogan', resource, around) },
  mustache: { module: (resource, around) => templateModule('mustache', resource, around) },
  stache: { module: (resource, around) => templateModule('stache', resource, around) },
  // The name of many plugins: the page's own is meant where it has one.
  tpl: {
    module: (resource, around) =>
      around.installed ? undefined : templateModule('tpl', resource, around),
  },
}

/** The loader plugin that an id names. */
export function loaderPluginOf(pluginId: string): LoaderPlugin | undefined {
  const name = pluginId.slice(pluginId.lastIndexOf('/') + 1)
  return Object.hasOwn(loaderPlugins, name) ? loaderPlugins[name] : undefined
}
