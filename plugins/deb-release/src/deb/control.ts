/** Fields of a control paragraph, in the order in which they are written. */
export type Fields = Readonly<Record<string, string>>

/**
 * Prints a paragraph of a control file (Debian Policy, 5.1). Lines after the first of a value are indented, empty ones
 * become ` .`; fields without a value are left out.
 */
export function printFields(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const [first = '', ...rest] = value.split('\n')
      const more = rest.map((line) => `\n ${line === '' ? '.' : line}`).join('')
      return `${name}:${first === '' ? '' : ` ${first}`}${more}\n`
    })
    .join('')
}

/**
 * Reads the paragraphs of a control file, an index or a Release file.
 *
 * @returns Each paragraph's fields; lines that continue a value are joined by newlines, their indentation off.
 */
export function readParagraphs(text: string): Map<string, string>[] {
  return text
    .split(/\n{2,}/)
    .map(readFields)
    .filter((fields) => fields.size > 0)
}

function readFields(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>()
  let name: string | undefined
  for (const line of paragraph.split('\n')) {
    if (line === '') continue
    if (/^[ \t]/.test(line)) {
      if (name === undefined) continue
      const more = line.slice(1)
      fields.set(name, `${fields.get(name) ?? ''}\n${more === '.' ? '' : more}`)
      continue
    }
    const colon = line.indexOf(':')
    if (colon < 1) continue
    name = line.slice(0, colon)
    fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}
