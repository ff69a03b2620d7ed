import { dirname } from 'node:path'
import type { DjangoInfo } from './django/answer.ts'
import { isVolatile, settingsNeighbours } from './django/ask.ts'
import type { Interpreter } from './django/interpreter.ts'
import type { Finders } from './finders/finders.ts'
import type { ProjectTexts } from './templates/texts.ts'

/** What an answer about static files may depend on; see `Statics.inputs` of the protocol. */
export type InputsOf = 'settings' | 'files' | 'mentions'

/** What {@link inputsOf} must know. */
export interface Known {
  readonly python: Interpreter
  readonly info: DjangoInfo
  readonly finders: Finders
  readonly texts: ProjectTexts
}

/**
 * What answers about the static files of a project depend on, as `TargetContext.input` of the protocol takes it.
 *
 * @param known The project.
 * @param of Which answers.
 */
export function* inputsOf(known: Known, of: InputsOf): Generator<string> {
  const { python, info, finders, texts } = known
  if (of === 'settings') {
    yield* info.files
    yield* settingsNeighbours(python, info)
    // Of installed packages the version counts.
    yield* info.apps.filter((dir) => /[\\/](?:site|dist)-packages[\\/]/.test(dir))
    for (const name of ['DJANGO_SETTINGS_MODULE', 'PYTHONPATH', 'VIRTUAL_ENV', ...info.env]) {
      if (!isVolatile(name)) yield `env:${name}`
    }
  } else if (of === 'files') {
    for (const { dir } of finders.roots) yield `glob:${dir}/**`
    // Only Python knows where a finder of the project's own looks; most often it is where it has found something.
    const own = info.finders.flatMap(({ files }) => files ?? [])
    const folders = new Set(own.map(([, file]) => dirname(file)))
    for (const folder of folders) yield `glob:${folder}/*`
  } else yield* texts.inputs()
}
