import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Context } from '../context.ts'
import { DjangoStaticError } from '../error.ts'
import { readSource, type Tree } from '../tree/tree.ts'
import { bundledFiles, type Made } from './bundle.ts'
import { writeWhole } from './releases.ts'
import { shown, warn } from './warnings.ts'
import type { Project } from '../project.ts'

/** The file of {@link exportForCollectstatic} that the storage class reads. */
const BUNDLE_FILE = 'kovu-bundle.json'
/**
 * Fills the folder from which `collectstatic` takes what Kovu made; the storage class of `kovu_django` then leaves bundled
 * modules as they are.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @param made What the build has made.
 */
export function exportForCollectstatic(context: Context, project: Project, made: Made): void {
  const dir = resolve(context.root, context.options.collectDir)
  const { bundled, files } = bundledFiles(context, project, made)
  refuseForeign(dir)
  rmSync(dir, { recursive: true, force: true })
  context.published.clear()
  const write = (name: string, content: Uint8Array | string): void => {
    writeWhole(join(dir, name), content)
    context.published.add(join(dir, name))
  }
  for (const { name, source } of files) write(name, readSource(name, source, made.contents))
  for (const name of made.names) {
    const finished = tree(made, name)
    if (finished !== undefined) write(name, readSource(name, finished.source, made.contents))
  }
  const identity = files.map(({ name }) => [name, name] as const)
  const names = Object.fromEntries([...bundled, ...identity].sort(([a], [b]) => (a < b ? -1 : 1)))
  write(BUNDLE_FILE, `${JSON.stringify(names)}\n`)
  warn(context, project, made, undefined)
  context.config?.logger.info(
    `django-static: ${files.length + made.names.length} files in ${shown(context, dir)} for collectstatic`,
  )
}

/** Only a folder that an earlier build has filled is emptied. */
function refuseForeign(dir: string): void {
  if (!existsSync(dir) || readdirSync(dir).length === 0) return
  if (existsSync(join(dir, BUNDLE_FILE))) return
  throw new DjangoStaticError(
    'DJANGO_STATIC_OPTION',
    `djangoStatic's \`collectDir\` is ${dir}, which holds files that Kovu did not make (there is no ${BUNDLE_FILE} in it), and the folder is emptied by each build. Name another, or empty it yourself.`,
  )
}

function tree({ tree: all }: Made, name: string): ReturnType<Tree['finish']> {
  return all.finish(name)
}
