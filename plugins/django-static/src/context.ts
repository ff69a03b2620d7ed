import { dirname, join, resolve } from 'node:path'
import type { KovuApi, Statics } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import { derivations } from './derived.ts'
import { askDjango } from './django/ask.ts'
import { Finders } from './finders/finders.ts'
import { OwnFinders, type OwnFound } from './finders/own-finders.ts'
import { ProjectTexts } from './templates/texts.ts'
import type { ResolvedOptions } from './options.ts'
import { inputsOf } from './inputs.ts'
import { findInterpreter } from './django/interpreter.ts'
import type { DjangoInfo } from './django/answer.ts'
import { isFile } from './finders/walk.ts'
import { PrivateFiles } from './finders/private-files.ts'

/** A Django project as the plugin knows it. */
export interface Project {
  readonly info: DjangoInfo
  readonly finders: Finders
  readonly texts: ProjectTexts
  readonly statics: Statics
  /** Folder of manage.py. */
  readonly root: string
  /** The folder beside manage.py that is not a static one and has a file of this public name. */
  readonly unlisted: (publicName: string) => string | undefined
  /** What is never served or published. */
  readonly privateFiles: PrivateFiles
  /**
   * Asks finders of the project's own what public names mean now, and takes note of it. Nothing happens where there are none.
   *
   * @param publicNames Names that are about to be looked up.
   */
  refresh(publicNames: readonly string[]): Promise<void>
  /** Like {@link refresh} for one name, with every file of that name: the files by the finder's place. */
  findOwn(publicName: string): Promise<OwnFound>
  /** Ends what was started for it. It may be used on. */
  close(): void
}

/** What the hooks of one plugin call have in common. */
export interface Context {
  readonly options: ResolvedOptions
  /** Vite's root, absolute. */
  root: string
  mode: string
  /** Vite's resolved configuration, from `configResolved` on. */
  config: ResolvedConfig | undefined
  /** Targets that the `kovu` command runs; undefined under plain Vite. */
  userTargets: readonly string[] | undefined
  /** What the other plugins offer, from `configResolved` on. */
  peers: readonly KovuApi[]
  /** Begins a server or a build: what was known of the project before is forgotten. */
  begin(root: string, mode: string): void
  /** Asks Django at the first call. */
  project(): Promise<Project>
  /** Asks again, for comparison: what {@link project} gives stays. */
  reopen(): Promise<Project>
  /** Ends what was started for the project. */
  close(): void
  /** Public names whose own bytes were sent in development. */
  readonly served: Set<string>
  /** Files that the last build has published, absolute. */
  readonly published: Set<string>
  /** Have the overlay's values been printed? */
  told: boolean
}

/**
 * Makes the context of one plugin call.
 *
 * @param options Checked options.
 */
export function createContext(options: ResolvedOptions): Context {
  let asked: Promise<Project> | undefined
  const context: Context = {
    options,
    root: process.cwd(),
    mode: 'development',
    config: undefined,
    userTargets: undefined,
    peers: [],
    served: new Set(),
    published: new Set(),
    told: false,
    begin(root, mode) {
      context.close()
      context.root = root
      context.mode = mode
      asked = undefined
    },
    project() {
      asked ??= openProject(context).catch((error: unknown) => {
        asked = undefined
        throw error
      })
      return asked
    },
    reopen() {
      return openProject(context)
    },
    close() {
      asked?.then(
        (project) => project.close(),
        () => {},
      )
    },
  }
  return context
}

/** Folder for everything the plugin keeps: `node_modules/.kovu` of Vite's root. */
export function workDir(root: string): string {
  return join(root, 'node_modules', '.kovu')
}

/** Patterns of files that are not published. */
export function ignorePatterns(context: Context, info: DjangoInfo): string[] {
  const sources = derivations(context).map(({ from }) => `*${from}`)
  const own = context.options.ignore ?? (sources.length > 0 ? sources : ['*.less', '*.mustache'])
  return [...new Set([...info.ignorePatterns, ...own])]
}

async function openProject(context: Context): Promise<Project> {
  const { options, root, mode } = context
  const python = findInterpreter(options, root, mode, process.env)
  const asked = await askDjango(python, workDir(root), process.env)
  const info =
    options.mode === 'collect' ? withoutRoot(asked, resolve(root, options.collectDir)) : asked
  const finders = new Finders(info)
  const outDir = context.config?.build.outDir
  const texts = new ProjectTexts(root, info, outDir === undefined ? [] : [resolve(root, outDir)])
  const statics: Statics = {
    url: info.staticUrl,
    root: info.staticRoot ?? undefined,
    roots: finders.roots,
    find: (publicName) => finders.find(publicName),
    findDerived: (publicName, from, to) => finders.findDerived(publicName, from, to),
    nameOf: (file) => finders.nameOf(file),
    list: () => finders.list(),
    mentions: (publicName) => options.entries.includes(publicName) || texts.mentions(publicName),
    inputs: (of) => inputsOf({ python, info, finders, texts }, of),
  }
  const own = finders.hasOwn ? new OwnFinders(python, process.env) : undefined
  const warn = (message: string): void =>
    context.config?.logger.warn(`django-static: ${message}`, { timestamp: true })
  return {
    info,
    finders,
    texts,
    statics,
    root: dirname(resolve(root, options.manage)),
    unlisted(publicName) {
      const known = new Set(finders.roots.map(({ dir }) => dir))
      return ['static', 'assets', 'media']
        .map((name) => join(dirname(resolve(root, options.manage)), name))
        .find((dir) => !known.has(dir) && isFile(join(dir, publicName)))
    },
    privateFiles: new PrivateFiles(info, resolve(root, options.manage)),
    async refresh(publicNames) {
      for (const publicName of own === undefined ? [] : publicNames) {
        const found = await own?.find(publicName, false, warn)
        if (found !== undefined) finders.learn(publicName, found)
      }
    },
    async findOwn(publicName) {
      return (await own?.find(publicName, true, warn)) ?? new Map()
    },
    close: () => own?.close(),
  }
}

/** What Kovu made for collectstatic is no source. */
function withoutRoot(info: DjangoInfo, dir: string): DjangoInfo {
  const finders = info.finders.map((finder) => ({
    ...finder,
    roots: finder.roots.filter((root) => root.dir !== dir),
  }))
  return { ...info, finders }
}

/** Folder of manage.py. */
export function manageDir(context: Context): string {
  return dirname(resolve(context.root, context.options.manage))
}
