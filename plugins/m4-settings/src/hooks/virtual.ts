import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { located } from '../error.ts'
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
        try {
          await context.rendered()
        } catch (error) {
          const fields = located(error)
          if (!fields) throw error
          // Everyone on the page sees Vite's overlay, and the lines around the place may be secret.
          const { frame: _, ...open } = fields
          this.error(open)
        }
        return { code: moduleOf(context.values), map: { mappings: '' }, moduleSideEffects: false }
      },
    },
  }
}
