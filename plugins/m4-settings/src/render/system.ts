import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { M4SettingsError } from '../error.ts'
import { fromBytes } from '../m4/index.ts'
import { Rendered } from './rendered.ts'
import { type Scene, SEALED, type Settings } from './scene.ts'

/**
 * The settings as the system's m4 makes them: `m4 base.m4 production.m4 template.m4`, one process for each template.
 *
 * @throws {@link M4SettingsError} when m4 is not there or fails.
 */
export function systemSettings(scene: Scene): Settings {
  const { layers, watch } = scene
  const texts = layers.definitions.map((file) => read(file, watch))
  const defined = texts.flatMap((text) =>
    [...text.matchAll(/(?:define|pushdef)\(\s*[`[]?(\w+)/g)].map((found) => found[1] ?? ''),
  )
  const names = [...new Set([...defined, ...scene.options.env.keys()])]
  return {
    names,
    value(name) {
      if (!names.includes(name)) return undefined
      return fromBytes(run(scene, { text: `${name}\n` })).replace(/\n$/, '')
    },
    render({ file }) {
      const source = read(file, watch)
      const output = run(scene, { file })
      // The real m4 does not tell where its output comes from; a name that is left is found again in the template.
      const pieces = output.split(/(?<=\n)|(?=\b__[A-Z])/).map((text) => {
        const word = /^\w+/.exec(text)?.[0] ?? text.trim()
        const offset = word === '' ? 0 : Math.max(0, source.indexOf(word))
        return { text, origin: { file, offset }, direct: false, literal: false }
      })
      return new Rendered(file, pieces, (name) => read(name, () => {}))
    },
  }
}

/** Runs m4 over the definitions, then a template or a text. */
function run(scene: Scene, last: { file: string } | { text: string }): string {
  const { root, options, layers } = scene
  const folder = mkdtempSync(path.join(tmpdir(), 'm4-settings-'))
  try {
    const write = (name: string, text: string): string => {
      const file = path.join(folder, name)
      writeFileSync(file, text, { mode: 0o600, encoding: 'latin1' })
      return file
    }
    const off = write('off.m4', 'divert(-1)')
    const on = write('on.m4', `${overrides(scene)}${seal(options.builtins)}divert(0)dnl\n`)
    const files = [...layers.definitions.flatMap((file) => [off, file]), off, on]
    const include = [...options.include, layers.dir].map((dir) => `-I${path.resolve(root, dir)}`)
    files.push('file' in last ? last.file : write('text.m4', last.text))
    const { status, stdout, stderr, error } = spawnSync(options.m4, [...include, ...files], {
      cwd: root,
      maxBuffer: 1e8,
      timeout: 60_000,
    })
    const said = stderr?.toString().trim() ?? ''
    if (error || status !== 0) {
      const reason = error ? error.message : `exit code ${status}`
      throw new M4SettingsError(
        'M4_SETTINGS_COMMAND',
        `m4-settings: ${options.m4} failed (${reason})${said === '' ? '' : `:\n${said}`}`,
        { cause: error },
      )
    }
    const place = { file: 'file' in last ? last.file : layers.dir, line: 1, column: 0 }
    if (said !== '') scene.warn(said, place)
    return stdout.toString('latin1')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Definitions for the environment's values, in quotes so that m4 does not read them again. */
function overrides({ options, environment }: Scene): string {
  let text = ''
  for (const [name, variable] of options.env) {
    const value = environment[variable]
    if (value === undefined) continue
    if (/[`']|\$[\d#*@]/.test(value)) {
      throw new M4SettingsError(
        'M4_SETTINGS_COMMAND',
        `m4-settings: the environment's ${variable} holds a quote or \`$1\`, which ${options.m4} would misread. Use the built-in m4.`,
      )
    }
    text += `define(\`${name}', \`\`${Buffer.from(value).toString('latin1')}'')`
  }
  return text
}

function seal(builtins: 'sealed' | 'all'): string {
  if (builtins === 'all') return ''
  return `undefine(${[...SEALED].map((name) => `\`${name}'`).join(',')})`
}

function read(file: string, watch: (file: string) => void): string {
  watch(file)
  return readFileSync(file, 'latin1')
}
