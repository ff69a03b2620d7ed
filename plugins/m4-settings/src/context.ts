import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import type { Logger } from 'vite'
import { checkNames, checkSyntax } from './check/index.ts'
import { findPython } from './check/python.ts'
import { M4SettingsError } from './error.ts'
import { findLayers, isInside, type Template } from './layers.ts'
import { nearest } from './nearest.ts'
import type { ResolvedOptions } from './options.ts'
import { typed, type Value } from './render/literals.ts'
import { declarations } from './render/module.ts'
import { ownSettings } from './render/own.ts'
import type { Rendered } from './render/rendered.ts'
import type { Scene, Settings } from './render/scene.ts'
import { otherServing } from './render/serving.ts'
import { systemSettings } from './render/system.ts'
import { replaceFile } from './render/write.ts'
import { trackedSecrets } from './secrets/git.ts'
import { isSecret } from './secrets/names.ts'
import { Sealed } from './secrets/sealed.ts'

const debug = debuglog('kovu:m4-settings')

/** What one rendering did. */
export interface Report {
  /** The rendered files, and whether each was written. */
  readonly files: readonly { readonly file: string; readonly written: boolean }[]
  /** What was read or looked for. */
  readonly inputs: ReadonlySet<string>
}

/** What the parts of one `m4Settings()` call share. */
export class Context {
  readonly options: ResolvedOptions
  /** Vite's root; known from `config` on. */
  root: string = process.cwd()
  mode: string = 'development'
  sealed: Sealed = new Sealed(this.root)
  /** What `virtual:settings` exports. */
  values: ReadonlyMap<string, Value> = new Map()
  /** What the last rendering read or looked for, also one that failed. */
  inputs: Set<string> = new Set()
  #publicDir = ''
  #logger: Logger | undefined
  #rendering: Promise<Report> | undefined
  /** Files that were written and not yet {@link takeWritten}. */
  #written = new Set<string>()
  /** What was rendered last, as `latin1` bytes. */
  readonly #made = new Map<string, string>()
  #secrets: ReadonlyMap<string, string> = new Map()
  #told = new Set<string>()
  #untold: string[] = []

  constructor(options: ResolvedOptions) {
    this.options = options
  }

  /**
   * Begins a run for a root and a mode.
   *
   * @param publicDir Vite's, or '' when there is none.
   */
  start(root: string, mode: string, publicDir: string): void {
    this.root = root
    this.mode = mode
    this.#publicDir = publicDir
    this.sealed = new Sealed(root)
    this.#rendering = undefined
  }

  /** Says there what there was to say so far, and all that follows. */
  logTo(logger: Logger): void {
    this.#logger = logger
    for (const message of this.#untold.splice(0)) logger.warn(message)
  }

  /** Are all files there, whatever stands in them? */
  hasOutputs(): boolean {
    try {
      const { templates } = findLayers(this.root, this.mode, this.options)
      return templates.every(({ output }) => existsSync(output))
    } catch {
      return false
    }
  }

  /** The files that were written since this was asked last: by the rendering that came before all plugins, too. */
  takeWritten(): ReadonlySet<string> {
    const written = this.#written
    this.#written = new Set()
    return written
  }

  /** Has somebody else written a rendered file: `kovu static`, with the settings of production? */
  isForeign(file: string): boolean {
    const made = this.#made.get(file)
    return made !== undefined && contentOf(file)?.toString('latin1') !== made
  }

  /** The rendering of this run: the first call does it. */
  async rendered(): Promise<Report> {
    return (this.#rendering ??= this.render())
  }

  /**
   * Renders all templates, checks them, and replaces the files that have changed. Nothing is written unless all are right.
   *
   * @throws {@link M4SettingsError}
   */
  async render(): Promise<Report> {
    const { root, options } = this
    this.inputs = new Set()
    const layers = findLayers(root, this.mode, options)
    this.sealed.add(layers)
    this.#refusePublic(layers.templates)
    for (const file of layers.missing) this.inputs.add(file)
    const scene: Scene = {
      root,
      layers,
      options,
      environment: process.env,
      warn: (message, { file, line }) =>
        this.#tell(`${path.relative(root, file)}:${line}: ${message}`),
      watch: (file) => this.inputs.add(file),
    }
    const settings = options.m4 === 'builtin' ? ownSettings(scene) : systemSettings(scene)
    const values = this.#readPublic(settings)
    const rendered = layers.templates.map((template) => {
      const made = settings.render(template)
      checkNames(made, template, settings.names)
      return { template, made }
    })
    for (const file of this.inputs) this.sealed.addFile(file)
    await this.#checkSyntax(rendered)
    this.#refuseBesideServer(rendered)
    const files: { file: string; written: boolean }[] = []
    for (const { template, made } of rendered) {
      const { output } = template
      // Before the watcher can see it.
      this.#made.set(output, made.text)
      const written = await replaceFile(output, Buffer.from(made.text, 'latin1'))
      if (written) this.#written.add(output)
      files.push({ file: output, written })
    }
    this.values = values
    this.#secrets = secretsOf(settings, options.public)
    await this.#writeTypes()
    for (const warning of await trackedSecrets(root, layers)) this.#tell(warning)
    return { files, inputs: this.inputs }
  }

  /** What must not stand in a bundle as it is: secrets that are long and odd enough to be no coincidence. */
  secrets(): Iterable<[name: string, value: string]> {
    return this.#secrets
  }

  /** The sealed files as a `data:` URL has them. */
  *encoded(): Iterable<[file: string, base64: string]> {
    for (const file of this.sealed.files) {
      const content = contentOf(file)
      // The last characters depend on what follows.
      if (content && content.length > 8)
        yield [file, content.toString('base64').replace(/.{0,3}=*$/, '')]
    }
  }

  /** A server that runs goes on reading the files: those of another mode must not come under it. */
  #refuseBesideServer(rendered: readonly { template: Template; made: Rendered }[]): void {
    const { root, mode } = this
    const server = otherServing(root, mode)
    if (server === undefined) return
    const changed = rendered.find(
      ({ template, made }) => contentOf(template.output)?.toString('latin1') !== made.text,
    )
    if (changed === undefined) return
    const file = path.relative(root, changed.template.output)
    throw new M4SettingsError(
      'M4_SETTINGS_SERVING',
      `m4-settings: ${file} is in use by the development server that runs here (process ${server.pid}, mode ${server.mode}): the settings of ${mode} would come under it. End that server first, or work in another checkout (git worktree add).`,
    )
  }

  #refusePublic(templates: readonly Template[]): void {
    const found = templates.find(
      ({ output }) => this.#publicDir !== '' && isInside(this.#publicDir, output),
    )
    if (!found) return
    throw new M4SettingsError(
      'M4_SETTINGS_SEALED',
      `m4-settings: ${found.output} would be public: everything in ${this.#publicDir} is served and published. Set \`outputs\`.`,
    )
  }

  #readPublic(settings: Settings): Map<string, Value> {
    const values = new Map<string, Value>()
    for (const name of this.options.public) {
      const value = settings.value(name)
      if (value === undefined) {
        const near = nearest(name, settings.names)
        throw new M4SettingsError(
          'M4_SETTINGS_UNDEFINED',
          `m4-settings: \`public\` names \`${name}\`, which is not defined${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
        )
      }
      if (isSecret(name) && !name.includes('PUBLIC')) {
        this.#tell(`\`public\` names ${name}: everyone can read it in the browser`)
      }
      values.set(name, typed(value))
    }
    return values
  }

  /** JSON is parsed each time; Python, which is another process, only when it is new. */
  async #checkSyntax(rendered: readonly { template: Template; made: Rendered }[]): Promise<void> {
    const { root, options } = this
    const checked = rendered.filter(
      ({ template: { output }, made }) =>
        !output.endsWith('.py') || contentOf(output)?.toString('latin1') !== made.text,
    )
    const python = checked.some(({ template }) => template.output.endsWith('.py'))
      ? findPython(root, options.python)
      : undefined
    if (python === undefined) debug('no Python file is checked')
    await Promise.all(
      checked.map(async ({ template, made }) => checkSyntax(made, template, python)),
    )
  }

  async #writeTypes(): Promise<void> {
    const { types } = this.options
    if (types === false) return
    const text = declarations(this.values)
    await replaceFile(path.resolve(this.root, types), Buffer.from(text), 0o644)
  }

  /** Says a thing once. */
  #tell(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    const line = `[m4-settings] ${message}`
    if (this.#logger) this.#logger.warn(line)
    else this.#untold.push(line)
  }
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function secretsOf(settings: Settings, open: readonly string[]): Map<string, string> {
  const secrets = new Map<string, string>()
  for (const name of settings.names) {
    if (open.includes(name) || !isSecret(name)) continue
    const value = settings.value(name)
    if (value !== undefined && value.length >= 8 && /[^A-Za-z\s]/.test(value))
      secrets.set(name, value)
  }
  return secrets
}
