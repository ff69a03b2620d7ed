import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { M4SettingsError } from './error.ts'
import { nearest } from './nearest.ts'
import type { ResolvedOptions } from './options.ts'

/** A text to be rendered, and the file it becomes (absolute paths). */
export interface Template {
  readonly file: string
  readonly output: string
}

/** The files of one mode. */
export interface Layers {
  readonly dir: string
  /** Files with definitions, the later overriding the earlier (absolute paths). */
  readonly definitions: readonly string[]
  readonly templates: readonly Template[]
  /** Files that would count if they were there. */
  readonly missing: readonly string[]
}

/** Vite's own modes need no file of their own. */
const MODES = ['development', 'production', 'test']

/**
 * Finds what a mode is made of: `base.m4`, `<mode>.m4`, `<mode>.local.m4`, and the templates `name.ext.m4`.
 *
 * @throws {@link M4SettingsError} when there is no `base.m4`, the mode is unknown, or `outputs` names what is not there.
 */
export function findLayers(root: string, mode: string, options: ResolvedOptions): Layers {
  const dir = path.resolve(root, options.dir)
  const names = list(dir)
  if (!names.includes('base.m4')) {
    throw new M4SettingsError(
      'M4_SETTINGS_MISSING',
      `m4-settings: there is no ${path.join(dir, 'base.m4')}. Write the definitions of all modes into it, or set \`dir\`.`,
    )
  }
  const wanted = ['base.m4', `${mode}.m4`, `${mode}.local.m4`]
  if (!names.includes(`${mode}.m4`) && !names.includes(`${mode}.local.m4`)) checkMode(mode, names)
  const inDir = (name: string): string => path.join(dir, name)
  return {
    dir,
    definitions: wanted.filter((name) => names.includes(name)).map(inDir),
    missing: wanted.filter((name) => !names.includes(name)).map(inDir),
    templates: findTemplates(root, dir, names, wanted, options.outputs),
  }
}

function list(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort()
  } catch {
    return []
  }
}

function checkMode(mode: string, names: readonly string[]): void {
  if (MODES.includes(mode)) return
  const modes = names.flatMap((name) => /^(.+?)(?:\.local)?\.m4$/.exec(name)?.[1] ?? [])
  const known = [...MODES, ...modes.filter((name) => name !== 'base' && !name.includes('.'))]
  const near = nearest(mode, known)
  const hint = near === undefined ? '' : ` Did you mean \`--mode ${near}\`?`
  throw new M4SettingsError(
    'M4_SETTINGS_MODE',
    `m4-settings: mode \`${mode}\` has no ${mode}.m4; the settings would be those of base.m4.${hint}`,
  )
}

function findTemplates(
  root: string,
  dir: string,
  names: readonly string[],
  definitions: readonly string[],
  outputs: ResolvedOptions['outputs'],
): Template[] {
  const found = new Map<string, string>()
  for (const name of names) {
    const template = /^[^.].*\.[^.]+\.m4$/.test(name) && !name.endsWith('.local.m4')
    if (template && !definitions.includes(name)) found.set(name, name.slice(0, -'.m4'.length))
  }
  for (const [name, output] of Object.entries(outputs)) {
    if (!isFile(path.join(dir, name))) {
      const near = nearest(name, found.keys())
      const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`
      throw refuse(`\`outputs\` names \`${name}\`, which is no file in ${dir}.${hint}`)
    }
    if (output === false) found.delete(name)
    else found.set(name, output)
  }
  const made = new Map<string, string>()
  return [...found].map(([name, output]) => {
    const file = path.resolve(root, output)
    const other = made.get(file)
    if (other !== undefined) throw refuse(`\`${other}\` and \`${name}\` would both become ${file}`)
    if (isInside(dir, file)) throw refuse(`\`${name}\` would be written among the sources: ${file}`)
    made.set(file, name)
    return { file: path.join(dir, name), output: file }
  })
}

/** Is a path in a folder (or the folder itself)? */
export function isInside(dir: string, file: string): boolean {
  const way = path.relative(dir, file)
  return way === '' || (!way.startsWith(`..${path.sep}`) && way !== '..' && !path.isAbsolute(way))
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

function refuse(message: string): M4SettingsError {
  return new M4SettingsError('M4_SETTINGS_OPTION', `m4-settings: ${message}`)
}
