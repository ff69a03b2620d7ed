/** What loader plugins write into one layer, in its order, and at its end. */
import { analyze } from '../../module/analyze.ts'
import { AmdError } from '../../error.ts'
import { toRegistry } from '../../module/registry.ts'
import type { Plugin, Write } from './plugin.ts'

/** A layer as plugins are told of it. */
export interface LayerName {
  /** Id of its module. */
  readonly name: string | undefined
  /** Public name of its file. */
  readonly publicName: string
  /** Path of its file relative to `dir`; undefined without one. */
  readonly short: string | undefined
}

/** A resource whose plugin has loaded it. */
export interface LoadedResource {
  readonly plugin: Plugin
  /** The plugin's id. */
  readonly prefix: string
  /** The resource's name, normalized by the plugin. */
  readonly name: string
  /** Where the plugin itself is written. */
  readonly source: string | undefined
}

/** Lets plugins write into a layer. */
export class LayerWriter {
  readonly #layer: { readonly name: string | undefined; readonly path: string }
  readonly #short: string
  readonly #loaded: (id: string) => LoadedResource | undefined
  readonly #config: object
  readonly #written = new Set<string>()
  readonly #ends = new Map<string, LoadedResource>()

  /**
   * @param layer The layer.
   * @param home Path that stands for the static root.
   * @param loaded What is known of a resource.
   * @param config What plugins see of the configuration.
   */
  constructor(
    { name, publicName, short }: LayerName,
    home: string,
    loaded: (id: string) => LoadedResource | undefined,
    config: object,
  ) {
    this.#layer = { name, path: `${home}/${publicName}` }
    this.#short = short ?? this.#layer.path
    this.#loaded = loaded
    this.#config = config
  }

  /**
   * The code of a resource in this layer.
   *
   * @param id The resource's id.
   * @returns AMD code with its ids; '' when the plugin writes nothing, or has written the resource under another of its names.
   * @throws {AmdError} `REQUIREJS_AMD_PLUGIN`.
   */
  write(id: string): string {
    const resource = this.#loaded(id)
    if (resource === undefined) return ''
    const { plugin, prefix, name } = resource
    const key = `${prefix}!${name}`
    if (this.#written.has(key)) return ''
    this.#written.add(key)
    if (plugin.onLayerEnd) this.#ends.set(prefix, resource)
    return this.#called(resource, `writing '${name}' into`, () =>
      writtenBy(resource, { ...this.#layer, path: this.#short }, this.#config),
    )
  }

  /**
   * What the plugins of the layer's resources write at its end.
   *
   * @returns Statements, or ''.
   * @throws {AmdError} `REQUIREJS_AMD_PLUGIN`.
   */
  end(): string {
    let code = ''
    for (const resource of this.#ends.values()) {
      code += this.#called(resource, 'at the end of', () => {
        let own = ''
        resource.plugin.onLayerEnd?.((text) => void (own += statement(text)), { ...this.#layer })
        return own
      })
    }
    return code
  }

  #called(resource: LoadedResource, when: string, run: () => string): string {
    try {
      return run()
    } catch (error) {
      throw pluginError(resource, `${when} layer '${this.#layer.name ?? this.#layer.path}'`, error)
    }
  }
}

/**
 * Has a plugin write a resource.
 *
 * @param resource The resource.
 * @param layer The layer as `write` is told of it; undefined for code that any layer may have.
 * @param config What the plugin sees of the configuration.
 * @returns AMD code with ids, or ''.
 */
export function writtenBy(
  { plugin, prefix, name }: LoadedResource,
  layer: object | undefined,
  config: object,
): string {
  let code = ''
  const write: Write = Object.assign((text: string) => void (code += statement(text)), {
    asModule: (as: string, text: string) => void (code += named(as, text)),
  })
  plugin.write?.(prefix, name, write, layer ?? config)
  return code.trim() === '' ? '' : code
}

/**
 * An error of a loader plugin.
 *
 * @param plugin The plugin.
 * @param when What it did.
 * @param cause What it threw; it may be an error of another realm.
 */
export function pluginError(
  { prefix, source }: Pick<LoadedResource, 'prefix' | 'source'>,
  when: string,
  cause: unknown,
): AmdError {
  const message = `The loader plugin '${prefix}' failed ${when}: ${said(cause)}.`
  return new AmdError(
    'REQUIREJS_AMD_PLUGIN',
    message,
    source === undefined ? undefined : { file: source },
    { cause },
  )
}

/**
 * The first line of what was thrown.
 *
 * @param error Anything, also of another realm.
 */
export function said(error: unknown): string {
  const message = String((error as { message?: unknown } | null)?.message ?? error)
  return (message.split('\n')[0] ?? '').replace(/\.$/, '')
}

/** Text that ends before the next one begins. */
function statement(text: string): string {
  return /;\s*$/.test(text) ? `${text}\n` : `${text}\n;\n`
}

/** Gives the anonymous module of a text an id. */
function named(id: string, text: string): string {
  const analysis = analyze(text, { file: id })
  const { kind } = analysis
  if (kind !== 'amd') {
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', `what it wrote for '${id}' defines no module`)
  }
  const base = { id, publicName: id, file: id, source: id, watch: [], deps: [], nestedDeps: [] }
  return toRegistry({ ...base, kind, code: text, analysis }, { map: false }).code
}
