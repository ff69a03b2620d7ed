import fs from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Target, TargetContext } from '@kovu/protocol'
import { slashed, staticsOf, type Context } from '../context.ts'
import { derivedName } from '../names.ts'
import { Partials } from '../partials/index.ts'
import { listTemplates, type Found } from '../site.ts'
import { writeAllTypes } from '../types/index.ts'
import { Outputs } from './outputs.ts'
import { renderText } from './render.ts'

/** The `templates` target: a file for each template, under its public name. */
export function templatesTarget(context: Context): Target {
  return {
    help: 'compile Mustache templates to AMD modules',
    deps: ['settings'],
    run: (target) => writeTemplates(context, target),
  }
}

/** Compiles everything first, then writes: a template that is wrong leaves the last output in place. */
async function writeTemplates(context: Context, target: TargetContext): Promise<void> {
  const outDir = path.resolve(
    context.root,
    context.options.outDir ?? 'node_modules/.kovu/templates',
  )
  const { found, taken } = await listTemplates(context)
  for (const input of await inputsOf(context)) target.input(input)
  const outputs = planOutputs(context, found, { taken, target })
  const texts = new Outputs()
  const partials = new Partials(context)
  const errors: Error[] = []
  for (const [output, { file }] of outputs) {
    // Now and then, let Ctrl-C be heard.
    if (texts.size % 500 === 499) await setImmediate()
    target.signal.throwIfAborted()
    target.input(file)
    try {
      texts.add(output, await renderText(context, partials, file))
    } catch (error) {
      errors.push(error as Error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) {
    const list = errors.map(({ message }) => `  ${message}`).join('\n')
    throw new AggregateError(errors, `[hulk-amd] ${errors.length} templates are wrong:\n${list}`)
  }
  if (!context.options.outDir) removeOthers(outDir, texts)
  texts.write(outDir, target.output)
  if (context.options.types)
    await writeAllTypes(
      context,
      found.map(({ file }) => file),
    )
  const shown = slashed(path.relative(context.root, outDir))
  target.log.info(`hulk-amd: ${texts.size} templates in ${shown}`)
}

/** What decides which templates there are, as `TargetContext.input` takes it. */
async function inputsOf(context: Context): Promise<string[]> {
  const statics = await staticsOf(context)
  if (!statics) return together(context.options.include).map((glob) => `glob:${glob}`)
  const { suffixes } = context.include
  const any = suffixes.length === 1 ? suffixes[0] : `{${suffixes.join()}}`
  const listings = statics.roots.map(({ dir }) => `glob:${slashed(dir)}/**/*${any}`)
  return [...(statics.inputs?.('settings') ?? []), ...listings]
}

/** Globs that differ in their suffix as one: each costs a walk through all folders. */
function together(globs: readonly string[]): string[] {
  const suffixes = globs.flatMap((glob) => /^\*\*\/\*(\.[^*?{}[\],/]+)$/.exec(glob)?.[1] ?? [])
  if (suffixes.length < globs.length || suffixes.length < 2) return [...globs]
  return [`**/*{${suffixes.join()}}`]
}

/** Which output is made from which template; two templates for one output are an error, a foreign file there a warning. */
function planOutputs(
  context: Context,
  found: readonly Found[],
  { taken, target }: { taken: (name: string) => string | undefined; target: TargetContext },
): Map<string, Found> {
  const outputs = new Map<string, Found>()
  const collisions: string[] = []
  for (const one of found) {
    const output = derivedName(one.name, context.include.suffixes, context.options)
    if (output === undefined) {
      throw new Error(
        `[hulk-amd] HULK_AMD_NAME: no name is left of ${one.file} without its suffix. Rename it, or set naming: 'source'.`,
      )
    }
    const other = outputs.get(output)
    if (other) {
      collisions.push(`  ${output}: ${other.file} and ${one.file}`)
      continue
    }
    const foreign = output.endsWith('.template.js') ? undefined : taken(output)
    if (foreign) {
      target.log.warn(
        `hulk-amd: HULK_AMD_TAKEN: ${one.file} is left out, because ${foreign} has the name ${output}. Remove it if it is an old output of hulk.`,
      )
      continue
    }
    outputs.set(output, one)
  }
  if (collisions.length > 0) {
    throw new Error(
      `[hulk-amd] HULK_AMD_COLLISION: several templates would be written to one file:\n${collisions.join('\n')}\nRename one of each, or set naming: 'source'.`,
    )
  }
  return outputs
}

/** Removes what earlier runs left in the plugin's own folder. */
function removeOthers(outDir: string, texts: Outputs): void {
  if (!fs.existsSync(outDir)) return
  for (const name of fs.readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.js') && !texts.has(slashed(name))) {
      fs.rmSync(path.join(outDir, name), { force: true, recursive: true })
    }
  }
}
