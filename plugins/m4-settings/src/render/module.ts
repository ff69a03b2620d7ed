import { toJson, type Value } from './literals.ts'

/** The source of the module. */
export function moduleOf(values: ReadonlyMap<string, Value>): string {
  const names = [...values.keys()]
  const constants = [...values].map(([name, value]) => `export const ${name} = ${toJson(value)}\n`)
  return `${constants.join('')}export default Object.freeze({ ${names.join(', ')} })\n`
}

/** Declarations of the module: each setting with the type of its value. */
export function declarations(values: ReadonlyMap<string, Value>): string {
  const typeOf = (value: Value): string =>
    value === null ? 'null' : typeof value === 'object' ? 'number' : typeof value
  const constants = [...values].map(([name, value]) => `  export const ${name}: ${typeOf(value)}\n`)
  const members = [...values].map(([name, value]) => `    readonly ${name}: ${typeOf(value)}\n`)
  return `// Written by @kovu/m4-settings.
declare module 'virtual:settings' {
${constants.join('')}  const settings: {
${members.join('')}  }
  export default settings
}
`
}
