import { readFileSync } from 'node:fs'
import path from 'node:path'
import { M4SettingsError } from '../error.ts'
import type { Template } from '../layers.ts'
import type { Expander } from '../m4/expand.ts'
import { createExpander, fromBytes, toBytes } from '../m4/index.ts'
import { literals, NAME, valueOf } from './literals.ts'
import { Rendered } from './rendered.ts'
import { type Scene, SEALED, type Settings } from './scene.ts'

/**
 * Reads the definitions with the engine of this package.
 *
 * @throws {@link M4SettingsError} located in the definitions.
 */
export function ownSettings(scene: Scene): Settings {
  const first = absolute(scene, () => define(scene))
  return {
    names: [...first.symbols.names()].filter(
      (name) => !literals.some((each) => each.name === name),
    ),
    value: (name) => absolute(scene, () => valueOf(first, name)),
    render: (template) => absolute(scene, () => render(scene, template)),
  }
}

/** An expander that has read all definitions. Their output is thrown away. */
function define({ root, layers, options, environment, warn, watch }: Scene): Expander {
  const expander = createExpander({
    cwd: root,
    include: [...options.include, layers.dir],
    warn: (message, place) =>
      warn(fromBytes(message), { ...place, file: path.resolve(root, place.file) }),
    watch,
  })
  for (const builtin of literals) expander.symbols.define(builtin.name, builtin)
  for (const file of layers.definitions) {
    expander.output.current = -1
    expander.process(nameOf(root, file), read(file, watch))
  }
  for (const [name, variable] of options.env) {
    const value = environment[variable]
    // Nothing in it is a macro, a quote or an argument.
    if (value !== undefined) expander.symbols.define(name, { literal: toBytes(value) })
  }
  return expander
}

function render(scene: Scene, template: Template): Rendered {
  const { root, options, watch } = scene
  const name = nameOf(root, template.file)
  const text = read(template.file, watch)
  const expander = define(scene)
  warnOfParameters(scene, expander, template, text)
  expander.output.current = 0
  if (options.builtins === 'sealed') expander.sealed = SEALED
  expander.process(name, text)
  expander.finish()
  return new Rendered(
    template.file,
    expander.output.pieces.map(({ text, direct, literal, origin: { file, offset } }) => {
      return { text, direct, literal, origin: { file: path.resolve(root, file), offset } }
    }),
    (file) => read(file, () => {}),
  )
}

/** `pa$1ss` loses its `$1` wherever its name stands: m4 takes it for an argument. */
function warnOfParameters(
  scene: Scene,
  expander: Expander,
  template: Template,
  text: string,
): void {
  for (const [word] of text.matchAll(new RegExp(NAME, 'g'))) {
    const body = expander.symbols.lookup(word)
    const lost = typeof body === 'string' ? /\$[\d#*@]/.exec(body)?.[0] : undefined
    if (lost === undefined) continue
    const plain = new RegExp(`(?<![\\w\`])${word}(?![\\w('])`).exec(text)
    if (!plain) continue
    const before = text.slice(0, plain.index)
    const line = before.split('\n').length
    const column = plain.index - before.lastIndexOf('\n') - 1
    scene.warn(
      `\`${lost}\` in the value of ${word} is an argument to m4 and disappears. Write __JSON__(\`${word}') or __PYTHON__(\`${word}') for a literal of the value.`,
      { file: template.file, line, column },
    )
  }
}

function nameOf(root: string, file: string): string {
  const below = path.relative(root, file)
  return below.startsWith('..') || path.isAbsolute(below) ? file : below
}

/** Runs with places turned from names below the root into absolute paths. */
function absolute<T>({ root }: Scene, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof M4SettingsError) || !error.place) throw error
    const { code, place, frame, cause } = error
    const file = path.resolve(root, place.file)
    throw new M4SettingsError(code, error.message, { place: { ...place, file }, frame, cause })
  }
}

function read(file: string, watch: (file: string) => void): string {
  watch(file)
  return readFileSync(file, 'latin1')
}
