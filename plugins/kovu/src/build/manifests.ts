import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { look } from '../graph/stamps.ts'

const typed = /\.[mc]?tsx?$/

/**
 * The files beside and above modules that say what they mean without being imported: `package.json` (`sideEffects`, `type`) for every module, `tsconfig.json`
 * and what it extends for those with types. Vite reads them and has only some of them watched.
 *
 * @param modules Absolute paths.
 * @returns Absolute paths, also of files that do not exist: one may come. What packages bring along counts by the lockfile.
 */
export function manifestsOf(modules: Iterable<string>): Set<string> {
  const manifests = new Set<string>()
  const passed = new Set<string>()
  const add = (file: string, name: string): void => {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      const path = join(folder, name)
      // Everything above is known, too.
      if (passed.has(path)) return
      passed.add(path)
      manifests.add(path)
      if (name === 'tsconfig.json') addExtended(path, manifests)
      if (folder === dirname(folder)) return
    }
  }
  for (const file of modules) {
    add(file, 'package.json')
    if (typed.test(file)) add(file, 'tsconfig.json')
  }
  return manifests
}

/** Adds what a tsconfig names by a path: what it extends, and the projects that it refers to. */
function addExtended(file: string, found: Set<string>): void {
  for (const name of namesIn(file)) {
    const path = resolve(dirname(file), name)
    const there = [path, `${path}.json`, join(path, 'tsconfig.json')].find((one) =>
      look(one)?.isFile(),
    )
    const known = there ?? path
    if (found.has(known)) continue
    found.add(known)
    if (there !== undefined) addExtended(there, found)
  }
}

/** Relative and absolute paths behind `extends` and `path`. The file may have comments, so it is not parsed. */
function namesIn(file: string): string[] {
  const text = look(file)?.isFile() === true ? readFileSync(file, 'utf8') : ''
  return [...text.matchAll(/"(?:extends|path)"\s*:\s*(\[[^\]]*\]|"[^"]*")/g)].flatMap(
    ([, value = '']) =>
      [...value.matchAll(/"(\.{0,2}\/[^"]*|\.{1,2})"/g)].map(([, name = '']) => name),
  )
}
