import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { moduleOf } from '../render/module.ts'

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
