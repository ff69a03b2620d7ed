import { dirname, join, resolve } from 'node:path'
import type { Statics } from '@kovu/protocol'
import { type Context } from './context.ts'
import type { DjangoInfo } from './django/answer.ts'
import { askDjango } from './django/ask.ts'
import { findInterpreter } from './django/interpreter.ts'
import { Finders } from './finders/finders.ts'
import { OwnFinders, type OwnFound } from './finders/own-finders.ts'
import { PrivateFiles } from './finders/private-files.ts'
import { isFile } from './finders/walk.ts'
import { inputsOf } from './inputs.ts'
import { ProjectTexts } from './templates/texts.ts'
import { workDir } from './work-dir.ts'

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

/**
 * Asks Django and looks through its folders.
 *
 * @param context The context of the plugin call.
 * @throws {DjangoStaticError} When Python or Django does not answer.
 */
export async function openProject(context: Context): Promise<Project> {
  const { options, root, mode } = context
  const python = findInterpreter(options, root, mode, process.env)
  const asked = await askDjango(python, workDir(root), process.env)
  const info =
    options.mode === 'collect' ? withoutRoot(asked, resolve(root, options.collectDir)) : asked
  const manage = resolve(root, options.manage)
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
    root: dirname(manage),
    privateFiles: new PrivateFiles(info, manage),
    unlisted: (publicName) => unlistedFolder(dirname(manage), finders, publicName),
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

function unlistedFolder(root: string, finders: Finders, publicName: string): string | undefined {
  const known = new Set(finders.roots.map(({ dir }) => dir))
  return ['static', 'assets', 'media']
    .map((name) => join(root, name))
    .find((dir) => !known.has(dir) && isFile(join(dir, publicName)))
}
