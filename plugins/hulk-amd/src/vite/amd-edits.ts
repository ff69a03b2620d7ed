import fs from 'node:fs'
import path from 'node:path'
import type { EnvironmentModuleGraph } from 'vite'
import { parseFile, slashed, staticsOf, type Context } from '../context.ts'
import { derivedName } from '../names.ts'
import { emitCode, mapOf, type SourceMap } from '../output/index.ts'
import type { TemplateEdit } from '../runtime/hot/amd.ts'

const PREFIX = '\0virtual:hulk-amd-edit/'

/** Ids of modules with the code of edited templates. */
// oxlint-disable-next-line no-control-regex -- \0 marks virtual modules
export const EDIT_RE: RegExp = /^\0virtual:hulk-amd-edit\/\d+$/

/** As much of Vite's config as decides under which URL a file is. */
export interface Site {
  readonly base: string
  readonly root: string
  readonly publicDir: string
}

/** Edited templates, as modules that pages with AMD loaders ask for. */
export class AmdEdits {
  readonly #context: Context
  readonly #files: string[] = []

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * What pages are told of an edit.
   *
   * @param graph Whose module with the code before is out of date.
   * @returns Undefined for a template that is below no URL.
   */
  async announce(
    file: string,
    site: Site,
    graph: EnvironmentModuleGraph,
  ): Promise<TemplateEdit | undefined> {
    const { include, options } = this.#context
    const statics = await staticsOf(this.#context)
    const name = statics
      ? statics.nameOf(file)
      : (below(site.publicDir, file) ?? below(site.root, file))
    const derived = name && derivedName(name, include.suffixes, options)
    if (!derived) return undefined
    const start = statics ? new URL(statics.url, 'http://localhost').pathname : site.base
    const id = this.#idOf(file)
    const module = graph.getModuleById(id)
    if (module) graph.invalidateModule(module)
    return {
      path: start + encodeURI(derived),
      source: start + encodeURI(name),
      module: `${site.base}@id/${id.replace('\0', '__x00__')}?t=${Date.now()}`,
    }
  }

  /** The module of an id, if a template has been announced under it. */
  async load(id: string): Promise<{ code: string; map: SourceMap } | undefined> {
    const file = this.#files[Number(id.slice(PREFIX.length))]
    if (file === undefined) return undefined
    const template = parseFile(file, await fs.promises.readFile(file, 'utf8'))
    const code = emitCode(template)
    return { code: code.text, map: mapOf(code, file, template.content, template.shift) }
  }

  #idOf(file: string): string {
    const known = this.#files.indexOf(file)
    return `${PREFIX}${known < 0 ? this.#files.push(file) - 1 : known}`
  }
}

function below(folder: string, file: string): string | undefined {
  const name = slashed(path.relative(folder, file))
  return folder === '' || name.startsWith('../') || path.isAbsolute(name) ? undefined : name
}
