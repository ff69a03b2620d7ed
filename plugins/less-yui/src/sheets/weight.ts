import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { CompileJob } from '../lessc/compile.ts'
import { contains, realPath } from '../lessc/recording.ts'

const IMPORT = /@import\s*(?:\([^)]*\)\s*)?(?:url\(\s*)?["']([^"'\n]+)["']/g

/** A file that was looked at. */
interface Weighed {
  readonly bytes: number
  readonly imports: readonly string[]
}

/** How much there is to render, by a look at the texts that nobody parses: it decides whether other processes are worth their start. */
export class Scales {
  /** Undefined where there is no such file, or none that may be read. */
  readonly #files = new Map<string, Weighed | undefined>()

  /**
   * The size of a sheet with all that it imports.
   *
   * @returns Bytes; files whose names are not written out, or that only a less plugin finds, count nothing.
   */
  weigh({ source, less, roots }: CompileJob): number {
    const paths = Array.isArray(less.paths) ? (less.paths as readonly string[]) : []
    const seen = new Set<string>()
    const waiting = [source]
    let bytes = 0
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (seen.has(file)) continue
      seen.add(file)
      const found = this.#look(file, roots)
      bytes += found?.bytes ?? 0
      for (const name of found?.imports ?? []) {
        const full = [path.dirname(file), path.dirname(source), ...paths]
          .map((folder) => path.resolve(folder, name))
          .find((candidate) => this.#look(candidate, roots))
        if (full !== undefined) waiting.push(full)
      }
    }
    return bytes
  }

  #look(file: string, roots: CompileJob['roots']): Weighed | undefined {
    if (!this.#files.has(file)) this.#files.set(file, look(file, roots))
    return this.#files.get(file)
  }
}

function look(file: string, roots: CompileJob['roots']): Weighed | undefined {
  try {
    const real = realPath(file)
    if (roots && !roots.some((root) => contains(root, real))) return undefined
    if (!statSync(real).isFile()) return undefined
    const text = readFileSync(real, 'utf8')
    const names = [...text.matchAll(IMPORT)].flatMap(([, name]) =>
      name === undefined || /^(?:https?:)?\/\//i.test(name) ? [] : [named(name)],
    )
    return { bytes: text.length, imports: names }
  } catch {
    return undefined
  }
}

/** The file that an import means, in less's way. */
function named(name: string): string {
  return /\.[a-z]*$/.test(name) ? name : `${name}.less`
}
