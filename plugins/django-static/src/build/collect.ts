import type { Derivation } from '@kovu/protocol'
import { ignorePatterns, type Context } from '../context.ts'
import { derivations } from '../derived.ts'
import { DjangoStaticError } from '../error.ts'
import { inside } from '../finders/public-name.ts'
import type { Project } from '../project.ts'
import type { Source } from '../tree/source.ts'

/** What is to be published but for the bundle. */
export interface Collected {
  readonly sources: Map<string, Source>
  /** Every file that something was made from. */
  readonly watch: readonly string[]
}

/**
 * Collects what the finders find, and what the other plugins make of it: everything, or what something mentions.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 * @throws {DjangoStaticError} `DJANGO_STATIC_PRIVATE` for a file that is not to leave the machine.
 * @throws What a derivation throws for a source that it cannot render.
 */
export async function collect(context: Context, project: Project): Promise<Collected> {
  const { info, finders, privateFiles } = project
  const ignored = ignorePatterns(context, info)
  const sources = new Map<string, Source>()
  for (const [name, file] of finders.collect(ignored)) {
    if (privateFiles.mayHave(file) && privateFiles.has(file)) failPrivate(project, name, file)
    sources.set(name, { file })
  }
  const watch: string[] = []
  const derived = derivations(context)
  const candidates = derived.length === 0 ? [] : finders.collect(info.ignorePatterns)
  for (const derivation of derived) {
    for (const [name, file] of candidates) {
      const publicName = wantedName(project, derivation, name)
      if (publicName === undefined) continue
      if (!derivation.preferSource && sources.has(publicName)) continue
      const { code, map, watch: files } = await derivation.render(file)
      watch.push(...files)
      sources.set(publicName, { content: Buffer.from(code), from: file, map, files })
      if (map !== undefined && /sourceMappingURL=(?!data:)/.test(code)) {
        sources.set(`${publicName}.map`, { content: Buffer.from(map), from: file })
      }
    }
  }
  return { sources, watch }
}

function wantedName(
  { statics }: Project,
  { from, to, publish }: Derivation,
  name: string,
): string | undefined {
  if (!name.endsWith(from)) return undefined
  const publicName = name.slice(0, -from.length) + to
  return publish === 'all' || statics.mentions(publicName) ? publicName : undefined
}

function failPrivate({ finders }: Project, name: string, file: string): never {
  const root = finders.roots.find(({ dir }) => inside(file, dir) !== undefined)
  const where = root === undefined ? 'a finder' : root.dir
  throw new DjangoStaticError(
    'DJANGO_STATIC_PRIVATE',
    `${file} would be published, as ${name}: it is one of the project's own files, and ${where} names it as a static one. Keep static files in a folder of their own, such as BASE_DIR / 'static', and name that in STATICFILES_DIRS; or leave the file out with djangoStatic({ ignore: […] }).`,
  )
}
