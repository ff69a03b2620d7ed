import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { list, readGlob } from './globs.ts'
import { look } from './stamps.ts'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/**
 * What the packages of a workspace are made of, as far as a project depends on them: they are linked into `node_modules`, and no lockfile
 * tells when one changes.
 *
 * @param root The project's folder.
 * @returns Inputs: the files of each package's entry folder, and which there are.
 */
export function linkedInputs(root: string): string[] {
  const entries = new Map<string, string>()
  const visit = (folder: string, names: readonly string[]): void => {
    for (const name of names) {
      const entry = entries.has(name) ? undefined : linkedEntry(name, folder)
      if (entry === undefined) continue
      entries.set(name, dirname(entry))
      const home = packageHome(entry)
      visit(home, Object.keys(manifest(home).dependencies ?? {}))
    }
  }
  const { dependencies, devDependencies } = manifest(root)
  visit(root, Object.keys({ ...dependencies, ...devDependencies }))
  return [...new Set(entries.values())].flatMap(sources)
}

/** Which modules there are below a folder, and each of them. */
function sources(folder: string): string[] {
  const pattern = `${folder}/**/*.{js,mjs,cjs,ts,mts,cts}\n!${folder}/**/*.d.ts`
  const glob = readGlob(pattern, folder)
  const files = list(glob, new Set()).names.map((name) => `${glob.base}/${name}`)
  return [`glob:${pattern}`, ...files]
}

/** The entry of a package that is a link out of `node_modules`; undefined for any other. */
function linkedEntry(name: string, from: string): string | undefined {
  try {
    const entry = realpathSync(createRequire(join(from, 'package.json')).resolve(name))
    return /[\\/]node_modules[\\/]/.test(entry) ? undefined : entry
  } catch {
    // A package without an entry, or none at all.
    return undefined
  }
}

function packageHome(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (look(join(folder, 'package.json')) !== undefined || folder === dirname(folder))
      return folder
  }
}

function manifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return {}
  }
}
