/** The ES modules that AMD modules reach. */
import type { Rolldown } from 'vite'
import type { Project } from '../context.ts'
import type { ModuleRecord } from '../types.ts'
import { npmModuleId } from './names.ts'

/** An ES module that AMD modules reach. */
export interface Part {
  /** Of the chunk that Rolldown was asked for. */
  readonly reference: string
  readonly record: ModuleRecord
  /** Where it is reached, and by which id. */
  readonly uses: readonly { readonly id: string; readonly project: Project }[]
}

/** A part whose chunk is there. */
export interface BuiltPart extends Part {
  readonly fileName: string
}

/** The parts of one build. */
export class Parts {
  readonly #parts = new Map<string, Part & { readonly uses: { id: string; project: Project }[] }>()

  /** Are there none? */
  get isEmpty(): boolean {
    return this.#parts.size === 0
  }

  /**
   * Asks Rolldown for the ES modules that AMD modules reach.
   *
   * @param plugin Rolldown's context.
   * @param project Whose modules they are.
   * @param ids Where to begin.
   * @returns Are there any?
   */
  async reach(
    plugin: Rolldown.PluginContext,
    project: Project,
    ids: readonly string[],
  ): Promise<boolean> {
    const quiet = { nested: true, onMissing: () => {}, onError: () => {} }
    const records = await project.graph.closure(ids, quiet)
    const found = records.filter(({ kind }) => kind === 'esm')
    for (const record of found) {
      const id = record.npm === undefined ? record.file : npmModuleId(record.npm)
      const part = this.#parts.get(id) ?? this.#ask(plugin, id, record)
      if (part.uses.some((use) => use.id === record.id && use.project === project)) continue
      part.uses.push({ id: record.id, project })
    }
    return found.length > 0
  }

  #ask(
    plugin: Rolldown.PluginContext,
    id: string,
    record: ModuleRecord,
  ): Part & { readonly uses: { id: string; project: Project }[] } {
    const reference = plugin.emitFile({
      type: 'chunk',
      id,
      name: record.publicName.replace(/\.js$/, ''),
      preserveSignature: 'strict',
    })
    const part = { reference, record, uses: [] }
    this.#parts.set(id, part)
    return part
  }

  /** All parts with their chunks, once Rolldown has made them. */
  built(plugin: Rolldown.PluginContext): readonly BuiltPart[] {
    return [...this.#parts.values()].map(({ reference, record, uses }) => ({
      reference,
      record,
      uses,
      fileName: plugin.getFileName(reference),
    }))
  }

  /** Forgets all. */
  clear(): void {
    this.#parts.clear()
  }
}

/** The ids by which a project, or a layer with rules of its own, reaches a part. */
export function idsIn({ uses }: Part, project: Project): readonly string[] {
  const own = new Set([project, ...project.layers.values()].map(({ graph }) => graph))
  return [...new Set(uses.filter((use) => own.has(use.project.graph)).map(({ id }) => id))]
}
