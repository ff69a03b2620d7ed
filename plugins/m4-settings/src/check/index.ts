import { M4SettingsError } from '../error.ts'
import type { Template } from '../layers.ts'
import { fromBytes } from '../m4/index.ts'
import { nearest } from '../nearest.ts'
import { NAME } from '../render/literals.ts'
import type { Rendered } from '../render/rendered.ts'
import { jsonError } from './json.ts'
import { pythonError } from './python.ts'

/**
 * Refuses a text in which a setting's name is left: it is mistyped, or m4 did not see it.
 *
 * @param rendered What the template became.
 * @param template Its file.
 * @param names The settings there are.
 * @throws {@link M4SettingsError} at the name in the template.
 */
export function checkNames(rendered: Rendered, template: Template, names: readonly string[]): void {
  const { text } = rendered
  for (const { 0: name, index } of text.matchAll(new RegExp(NAME, 'g'))) {
    if (rendered.isLiteral(index)) continue
    const line = text.slice(text.lastIndexOf('\n', index) + 1, index)
    // A comment of its own line says nothing to any program.
    if (/^[ \t]*#/.test(line) && !template.output.endsWith('.json')) continue
    throw new M4SettingsError('M4_SETTINGS_UNDEFINED', why(text, index, name, line, names), {
      ...rendered.source(index),
    })
  }
}

function why(
  text: string,
  index: number,
  name: string,
  line: string,
  names: readonly string[],
): string {
  if (name === '__JSON__' || name === '__PYTHON__') {
    return `\`${name}\` needs the built-in m4, and the quoted name of a setting: ${name}(\`__NAME__')`
  }
  if (!names.includes(name)) {
    const near = nearest(
      name,
      names.filter((each) => NAME.test(each)),
    )
    return `\`${name}\` is not defined${near === undefined ? '' : `; did you mean \`${near}\`?`}`
  }
  const word = /\w*$/.exec(line)?.[0] + (/^\w*/.exec(text.slice(index))?.[0] ?? '')
  if (word !== name) {
    return `\`${name}\` is part of the longer word \`${word}\`; part them by an empty quotation: \`${name}\`'`
  }
  if (line.includes('#')) {
    return `\`${name}\` stands behind \`#\`, where m4 expands nothing; write changecom before it, or quote the \`#'`
  }
  return `\`${name}\` is defined, but was not expanded here; is it in quotes?`
}

/**
 * Parses rendered JSON, and compiles rendered Python if there is a Python.
 *
 * @param python The Python, or undefined for no check.
 * @throws {@link M4SettingsError} at the part of the template that the mistake comes from.
 */
export async function checkSyntax(
  rendered: Rendered,
  template: Template,
  python: string | undefined,
): Promise<void> {
  const { output } = template
  if (output.endsWith('.json')) {
    const found = jsonError(rendered.text)
    if (found)
      throw invalid(rendered, found.offset, `the rendered JSON is invalid: ${found.message}`)
    if (fromBytes(rendered.text).includes('\uFFFD')) {
      throw invalid(rendered, 0, 'the rendered JSON is not UTF-8')
    }
  }
  if (output.endsWith('.py') && python !== undefined) {
    const found = await pythonError(python, output, Buffer.from(rendered.text, 'latin1'))
    if (!found) return
    const offset = rendered.offsetOf(found.line, found.column)
    throw invalid(rendered, offset, `the rendered Python is invalid: ${found.message}`)
  }
}

function invalid(rendered: Rendered, offset: number, message: string): M4SettingsError {
  return new M4SettingsError('M4_SETTINGS_INVALID', message, rendered.source(offset))
}
