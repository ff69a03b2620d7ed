/**
 * Loader plugins whose resources are known before run time. Any other plugin is an AMD module like all others and loads
 * its resources in the browser, as RequireJS has it.
 */
import { readTextResource, textValue } from './text.ts'

/** A loader plugin whose resources become modules of a layer. */
export interface LoaderPlugin {
  /** The path of a resource's file, as an id with an extension. */
  path(resource: string): string
  /** The module's value for the file's content; it becomes a string literal. */
  value(content: string, resource: string): string
}

/** The loader plugins by the last part of their id: `text` is also `lib/text` or `vendor/requirejs/text`. */
const loaderPlugins: Readonly<Record<string, LoaderPlugin>> = {
  text: {
    path: (resource) => readTextResource(resource).path,
    value: (content, resource) => textValue(content, readTextResource(resource)),
  },
}

/** The loader plugin that an id names. */
export function loaderPluginOf(pluginId: string): LoaderPlugin | undefined {
  const name = pluginId.slice(pluginId.lastIndexOf('/') + 1)
  return Object.hasOwn(loaderPlugins, name) ? loaderPlugins[name] : undefined
}
