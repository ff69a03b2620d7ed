import { relative, resolve } from 'node:path'

import type { Plugin, ResolvedConfig } from 'vite'

import { peers } from '../collect.ts'
import { list, readGlob } from '../graph/globs.ts'
import { foreignPlugins, isObliging } from './foreign.ts'
import { manifestsOf } from './manifests.ts'
import { hearWatchFiles } from './watch-files.ts'

/** What Vite's build read and wrote. */
export interface Collected {
  readonly inputs: Set<string>
  readonly outputs: Set<string>
  /** Does a plugin do something with what was built? */
  isObliged: boolean
}

/**
 * A plugin that takes down what Vite's build reads and writes: the module graph, watched files, the public folder, what Django's finders
 * know; every file of the bundle.
 */
export function collector(collected: Collected): Plugin {
  const { inputs, outputs } = collected
  const watched = new Set<string>()
  const heard = new WeakSet<Plugin>()
  let config: ResolvedConfig
  let foreign: readonly Plugin[] = []
  return {
    name: 'kovu:collector',
    apply: 'build',
    enforce: 'post',
    sharedDuringBuild: true,
    async config(user) {
      foreign = await foreignPlugins(user)
      collected.isObliged = foreign.some(isObliging)
    },
    configResolved(resolved) {
      config = resolved
      hearWatchFiles(resolved.plugins, watched, heard)
    },
    async buildStart() {
      for (const input of await peerInputs(config)) inputs.add(input)
      if (foreign.length > 0) for (const file of await staticFiles(config)) inputs.add(file)
      for (const pattern of publicFiles(config)) inputs.add(`files:${pattern}`)
    },
    transform: {
      // Vite itself puts the files in its place.
      order: 'pre',
      filter: { code: /\bimport\.meta\.glob\b/ },
      handler() {
        // Which files a glob in the code finds is a matter of which files there are.
        inputs.add(`glob:${config.root}/**\n!${resolve(config.root, config.build.outDir)}/**`)
      },
    },
    buildEnd() {
      const modules = pathsOf(this.getModuleIds())
      for (const file of [...modules, ...manifestsOf(modules)]) inputs.add(file)
      note(watched)
    },
    writeBundle: {
      // After everybody who may have a file to be watched.
      order: 'post',
      handler(options, bundle) {
        note(watched)
        const folder = options.dir ?? resolve(config.root, config.build.outDir)
        for (const name of Object.keys(bundle)) outputs.add(resolve(folder, name))
        for (const pattern of publicFiles(config)) {
          const glob = readGlob(pattern, config.root)
          const below = relative(config.publicDir, glob.base)
          for (const name of list(glob, new Set()).names) outputs.add(resolve(folder, below, name))
        }
      },
    },
  }

  function note(ids: Iterable<string>): void {
    for (const path of pathsOf(ids)) inputs.add(path)
  }
}

/** The files that ids of modules mean. */
function pathsOf(ids: Iterable<string>): string[] {
  return [...ids].flatMap((id) => {
    const path = id.replace(/[?#].*$/s, '')
    return !id.startsWith('\0') && /^(?:\/|[a-z]:[\\/])/i.test(path) ? [path] : []
  })
}

/** Patterns of what Vite copies as it is. Of folders with a dot before their name the standard knows one. */
function publicFiles({ publicDir, build }: ResolvedConfig): string[] {
  if (publicDir === '' || !build.copyPublicDir) return []
  return [`${publicDir}/**`, `${publicDir}/.well-known/**`]
}

/** What a build depends on by way of the plugins: Django's settings, which static files there are, the texts that mention them. */
async function peerInputs(config: ResolvedConfig): Promise<string[]> {
  const found: string[] = []
  for (const api of peers(config)) {
    const statics = await api.statics?.()
    if (statics?.inputs === undefined) continue
    found.push(
      ...statics.inputs('settings'),
      ...statics.inputs('files'),
      ...statics.inputs('mentions'),
    )
  }
  return found
}

/** Static files, which a plugin may read without a word; but for those that something else is published of. */
async function staticFiles(config: ResolvedConfig): Promise<string[]> {
  const found: string[] = []
  const sources = peers(config).flatMap(({ derives }) => derives?.map(({ from }) => from) ?? [])
  for (const api of peers(config)) {
    for (const [name, file] of (await api.statics?.())?.list() ?? [])
      if (!sources.some((from) => name.endsWith(from))) found.push(file)
  }
  return found
}
