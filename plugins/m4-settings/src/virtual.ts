import type { Plugin } from 'vite'
import type { Context } from './context.ts'
import { toJson, type Value } from './literals.ts'

/** What the browser imports. */
const ID = 'virtual:settings'
/** The module's id inside of Vite. */
export const RESOLVED: string = `\0${ID}`

/** `import settings, { __CDN_HOST__ } from 'virtual:settings'`: the settings that `public` names, and no other. */
export function virtualPlugin(context: Context): Plugin {
  return {
    name: 'm4-settings:virtual',
    resolveId: {
      filter: { id: new RegExp(`^${ID}$`) },
      handler: () => RESOLVED,
    },
    load: {
      filter: { id: new RegExp(`^${RESOLVED}$`) },
      async handler() {
        await context.rendered()
        return { code: moduleOf(context.values), map: { mappings: '' }, moduleSideEffects: false }
      },
    },
  }
}

/** The source of the module. */
function moduleOf(values: ReadonlyMap<string, Value>): string {
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
