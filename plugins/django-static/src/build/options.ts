import { join } from 'node:path'
import type { UserConfig } from 'vite'
import { DjangoStaticError } from '../error.ts'
import { ModuleShapes } from '../serve/es-module.ts'
import { hintFor } from '../hint.ts'
import type { Project } from '../project.ts'
import { workDir } from '../work-dir.ts'

/** Id of the module that a build without ES modules is given, so that Vite does not look for an index.html. */
export const EMPTY_ID = 'virtual:django-static/empty'
/** Name of its chunk. */
export const EMPTY_NAME = '_kovu/empty'

const HASHED_CHUNK = /\.[0-9a-f]{12}\.[^/]+$/

/**
 * Does a file of the bundle have its final name?
 *
 * @param fileName A path below STATIC_ROOT.
 */
export function isFinalName(fileName: string): boolean {
  return HASHED_CHUNK.test(fileName)
}

/**
 * What a build that writes STATIC_ROOT needs of Vite. What the user set is left out, so that it wins; but for the names of
 * chunks, which the manifest depends on.
 *
 * @param user The user's configuration.
 * @param root Vite's root.
 * @param project The project, for its `type="module"` scripts.
 */
export function buildOptions(user: UserConfig, root: string, project: Project): UserConfig {
  const build = user.build ?? {}
  const own = build.rolldownOptions?.input ?? build.rollupOptions?.input
  const input = { ...namedInputs(own), ...moduleEntries(project) }
  return {
    ...(user.base === undefined ? { base: './' } : {}),
    ...(user.appType === undefined ? { appType: 'custom' } : {}),
    ...(user.publicDir === undefined ? { publicDir: false } : {}),
    build: {
      ...(build.outDir === undefined ? { outDir: join(workDir(root), 'out') } : {}),
      ...(build.emptyOutDir === undefined ? { emptyOutDir: true } : {}),
      ...(build.assetsInlineLimit === undefined ? { assetsInlineLimit: 0 } : {}),
      ...(build.modulePreload === undefined ? { modulePreload: { polyfill: false } } : {}),
      rolldownOptions: {
        input: Object.keys(input).length === 0 ? { [EMPTY_NAME]: EMPTY_ID } : input,
        output: {
          hashCharacters: 'hex',
          entryFileNames: '[name].[hash:12].js',
          chunkFileNames: '_kovu/[name].[hash:12].js',
          assetFileNames: '_kovu/[name].[hash:12][extname]',
        },
      },
    },
  }
}

/** Scripts that templates load as modules, by the name of their chunk. */
function moduleEntries(project: Project): Record<string, string> {
  const { texts, finders } = project
  const entries: Record<string, string> = {}
  const shapes = new ModuleShapes()
  for (const { module, publicName, position } of texts.references()) {
    if (!module) continue
    const file = finders.find(publicName)
    if (file === undefined) {
      throw new DjangoStaticError(
        'DJANGO_STATIC_ENTRY',
        `No static file has the name ${publicName}, which is loaded as a module.${hintFor(undefined, project, publicName)}`,
        position,
      )
    }
    // A classic script runs as a module just as well, from its own file.
    if (shapes.of(file) !== undefined) entries[publicName.replace(/\.[^./]+$/, '')] = file
  }
  return entries
}

function namedInputs(
  input: string | readonly string[] | Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  if (input === undefined) return {}
  if (typeof input === 'string') return namedInputs([input])
  if (!isList(input)) return { ...input }
  return Object.fromEntries(
    input.map((file) => [file.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, ''), file]),
  )
}

function isList(
  input: readonly string[] | Readonly<Record<string, string>>,
): input is readonly string[] {
  return Array.isArray(input)
}
