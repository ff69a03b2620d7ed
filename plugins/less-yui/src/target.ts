import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Derivation, Derived, Target, TargetContext } from '@kovu/protocol'
import type { Context } from './context.ts'
import { locatedError, LessYuiError } from './error.ts'
import { contains } from './lessc/recording.ts'
import { cssOf, slashed } from './hooks/request.ts'
import { finish } from './sheets/finish.ts'
import { glob } from './entries.ts'

/** `main.css ← main.less`, for whoever serves or publishes static files. */
export function derivation(context: Context): Derivation {
  return {
    from: '.less',
    to: '.css',
    pipeline: true,
    publish: 'mentioned',
    preferSource: context.options.preferSource,
    render: (source) => render(context, source),
  }
}

/** The final bytes of a sheet. */
async function render(context: Context, source: string): Promise<Derived> {
  const { options, sheets, sourceMap, vite } = context
  try {
    const compiled = await sheets.compile(source)
    const minify = vite.build.minify !== false
    const config = context.forPostcss
    return await finish(compiled, source, { options, config, minify, sourceMap })
  } catch (error) {
    throw locatedError(error)
  }
}

/** The `css` target: every sheet of the project under its public name in `node_modules/.kovu/css`. */
export function cssTarget(context: Context): Target {
  return {
    help: 'compile LESS to minified CSS',
    deps: ['settings'],
    async run(run) {
      const sheets = await findSheets(context, run)
      if (sheets.size === 0) {
        run.log.warn(
          'css: no sheet found. Name them in `lessYui({ entries })`, or mention their public names in a template.',
        )
      }
      const outDir = path.join(run.root, 'node_modules', '.kovu', 'css')
      // All or nothing: what an earlier run wrote stays until every sheet is done.
      const made = await Promise.all(
        [...sheets].map(async ([publicName, source]) => {
          run.signal.throwIfAborted()
          return { publicName, derived: await render(context, source) }
        }),
      ).finally(() => {
        // Also of a sheet that is wrong: an edit of any of these may put it right.
        for (const source of sheets.values())
          for (const file of context.watched(source)) run.input(file)
      })
      run.signal.throwIfAborted()
      await rm(outDir, { recursive: true, force: true })
      for (const { publicName, derived } of made) {
        for (const file of derived.watch) run.input(file)
        await write(run, path.join(outDir, publicName), derived)
      }
      run.log.info(`css: ${sheets.size} ${sheets.size === 1 ? 'sheet' : 'sheets'}`)
    },
  }
}

async function write(run: TargetContext, file: string, { code, map }: Derived): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const name = `${path.basename(file)}.map`
  const text = map === undefined ? code : `${code.trimEnd()}\n/*# sourceMappingURL=${name} */\n`
  await writeFile(file, text)
  run.output(file)
  if (map !== undefined) {
    await writeFile(`${file}.map`, map)
    run.output(`${file}.map`)
  }
}

/** Public names and their sources: what `entries` names, and what the Django project mentions. */
async function findSheets(context: Context, run: TargetContext): Promise<Map<string, string>> {
  const { entries } = context.options
  const statics = await context.statics()
  const found = new Map<string, string>()
  for (const pattern of entries) {
    run.input(`glob:${pattern}`)
    const files = await glob(pattern, run.root)
    if (files.length === 0) throw nothing(pattern, run.root)
    for (const file of files) {
      const below = slashed(path.relative(run.root, file))
      found.set(cssOf(statics?.nameOf(file) ?? below), file)
    }
  }
  if (statics) {
    for (const of of ['settings', 'mentions'] as const)
      for (const input of statics.inputs?.(of) ?? []) run.input(input)
    for (const { dir } of statics.roots) {
      const where = contains(run.root, dir) ? path.relative(run.root, dir) : dir
      run.input(`glob:${slashed(path.join(where, '**/*.less'))}`)
    }
    for (const [name, file] of statics.list()) {
      if (!name.endsWith('.less')) continue
      const publicName = cssOf(name)
      if (!found.has(publicName) && statics.mentions(publicName)) found.set(publicName, file)
    }
  }
  return found
}

function nothing(pattern: string, root: string): LessYuiError {
  return new LessYuiError(
    'LESS_YUI_OPTION',
    `less-yui: \`entries\` has \`${pattern}\`, which matches no .less file below ${root}.`,
  )
}
