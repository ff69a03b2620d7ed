/** A loader plugin as r.js knows it. */

/** What `write` writes with. */
export interface Write {
  /** Adds text to the layer. */
  (text: string): void
  /** Adds a text whose anonymous module gets the id. */
  asModule(id: string, text: string): void
}

/** The parts of a loader plugin that a build uses. */
export interface Plugin {
  load(
    name: string,
    require: unknown,
    onload: ((value?: unknown) => void) & { error?: unknown; fromText?: unknown },
    config: object,
  ): void
  normalize?(name: string, normalize: (name: string) => string): string
  /** Writes a resource that was loaded. */
  write?(plugin: string, name: string, write: Write, layer: object): void
  /** Writes at the end of a layer that has resources of the plugin. */
  onLayerEnd?(
    write: (text: string) => void,
    layer: { name: string | undefined; path: string },
  ): void
}

/**
 * The id of the module that stands for a plugin in a build, as r.js finds it: in the plugin's text, for the plugin itself may say it in browsers only.
 *
 * @param code The plugin's text.
 */
export function builderIn(code: string): string | undefined {
  return /(["']?)pluginBuilder(["']?)\s*[=:]\s*["']([^'"\s]+)["']/.exec(code)?.[3]
}
