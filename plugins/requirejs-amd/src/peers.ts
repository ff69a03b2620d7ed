/** The plugins beside this one, and the files behind public names: by Django's finders, or by Vite's own folders. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Derivation, KovuApi, Statics } from '@kovu/protocol'
import { normalizePath, type ResolvedConfig } from 'vite'
import type { Found } from './types.ts'

/** Where static files come from. */
export interface Peers {
  /** Is there a plugin that serves static files and asks {@link KovuApi.answers}? */
  readonly hasStatics: boolean
  /** The finders' index, when a peer has one. */
  readonly statics: Statics | undefined
  /** Every derivation of every peer. */
  readonly derives: readonly Derivation[]
  /** Final name of a public name in the build (see the protocol); undefined without such a peer. */
  readonly urls: KovuApi['urls']
  /** The file behind a public name: an existing one, one that a peer derives, or a `.js` file's TypeScript or JSX. */
  find(publicName: string): Found | undefined
  /** Public name of a file or folder, or undefined when it is outside every root. */
  nameOf(file: string): string | undefined
  /** Every public name, those of published derivations among them. */
  list(): Iterable<string>
}

/** What a `.js` file may be written as, in the order of preference. */
const typed = ['.ts', '.tsx', '.jsx', '.mts', '.mjs']

/** Does some plugin serve static files? Told without asking Django anything. */
export function hasStaticsPeer(config: ResolvedConfig): boolean {
  return apisOf(config).some((api) => api.statics !== undefined)
}

function apisOf(config: ResolvedConfig): KovuApi[] {
  return config.plugins
    .map((plugin) => (plugin.api as { kovu?: KovuApi } | undefined)?.kovu)
    .filter((api) => api !== undefined)
}

/**
 * Looks for peers in the resolved plugin list and asks them for the finders' index.
 *
 * @param config Vite's resolved configuration.
 * @returns The peers; the index keeps itself up to date.
 */
export async function findPeers(config: ResolvedConfig): Promise<Peers> {
  const apis = apisOf(config)
  const provider = apis.find((api) => api.statics !== undefined)
  const statics = await provider?.statics?.()
  const derives = apis.flatMap((api) => api.derives ?? [])
  const roots = statics
    ? statics.roots.map(({ dir, prefix }) => ({ dir: normalizePath(dir), prefix }))
    : [config.publicDir, config.root]
        .filter(Boolean)
        .map((dir) => ({ dir: normalizePath(dir), prefix: '' }))
  const hasher = apis.find((api) => api.urls !== undefined)
  const source = statics ? byFinders(statics) : byFolders(roots.map(({ dir }) => dir))
  return {
    hasStatics: statics !== undefined,
    statics,
    derives,
    urls: hasher && ((publicName, content) => hasher.urls?.(publicName, content)),
    find(publicName) {
      // No name leads out of the static files.
      if (publicName.split('/').includes('..') || publicName.startsWith('/')) return undefined
      const wanted = derives.filter(({ to }) => publicName.endsWith(to))
      const derived = (preferSource: boolean): Found | undefined => {
        for (const derivation of wanted) {
          if (derivation.preferSource !== preferSource) continue
          const found = source.derived(publicName, derivation)
          if (found)
            return {
              file: normalizePath(found.file),
              source: normalizePath(found.source),
              derived: derivation,
            }
        }
        return undefined
      }
      const first = derived(true)
      if (first) return first
      const file = source.find(publicName)
      if (file !== undefined) return { file: normalizePath(file) }
      const made = derived(false)
      if (made || !publicName.endsWith('.js')) return made
      const stem = publicName.slice(0, -'.js'.length)
      for (const extension of typed) {
        const other = source.find(stem + extension)
        if (other !== undefined) return { file: normalizePath(other) }
      }
      return undefined
    },
    nameOf(file) {
      const path = normalizePath(resolve(file))
      const known = statics?.nameOf(path)
      if (known !== undefined) return known
      const inside = roots
        .map(({ dir, prefix }) => ({ dir, prefix, below: normalizePath(relative(dir, path)) }))
        .filter(
          ({ below }) => below !== '..' && !below.startsWith('../') && !/^([a-z]:)?\//i.test(below),
        )
        .sort((a, b) => b.dir.length - a.dir.length)[0]
      return inside && [inside.prefix, inside.below].filter(Boolean).join('/')
    },
    *list() {
      if (!statics) {
        const folder = existsSync(config.publicDir) ? config.publicDir : config.root
        yield* filesBelow(folder, resolve(config.root, config.build.outDir))
        return
      }
      const published = derives.filter(({ publish }) => publish === 'all')
      const seen = new Set<string>()
      for (const [name] of statics.list()) {
        const made = published
          .filter(({ from }) => name.endsWith(from))
          .map(({ from, to }) => name.slice(0, -from.length) + to)
        for (const one of [name, ...made]) if (!seen.has(one)) yield one
        for (const one of [name, ...made]) seen.add(one)
      }
    },
  }
}

/** Paths below a folder, without what no page loads. */
function* filesBelow(folder: string, outDir: string, prefix = ''): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry
    const path = `${folder}/${name}`
    if (entry.isFile()) yield prefix + name
    else if (entry.isDirectory() && !/^(?:\.|node_modules$)/.test(name) && path !== outDir)
      yield* filesBelow(path, outDir, `${prefix}${name}/`)
  }
}

interface Files {
  find(publicName: string): string | undefined
  derived(publicName: string, derivation: Derivation): { file: string; source: string } | undefined
}

function byFinders(statics: Statics): Files {
  return {
    find: (publicName) => statics.find(publicName),
    derived: (publicName, { from, to }) => statics.findDerived(publicName, from, to),
  }
}

function byFolders(dirs: readonly string[]): Files {
  return {
    find: (publicName) =>
      dirs
        .map((dir) => `${dir}/${publicName}`)
        .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()),
    derived(publicName, { from, to }) {
      for (const dir of dirs) {
        const file = `${dir}/${publicName}`
        const source = file.slice(0, -to.length) + from
        if (existsSync(source)) return { file, source }
      }
      return undefined
    },
  }
}
