/** The module by which a page follows edits: Vite's client tells it, and it tells the loader. */
import type { Plugin } from 'vite'

/** Its id as a URL below Vite's `base` has it, behind `@id/`. */
const HOT = 'virtual:requirejs-amd/hot.js'

/** Its id as Vite's module graph has it. */
export const HOT_ID: string = `\0${HOT}`

/** The event that carries an edit. */
export const UPDATE = 'requirejs-amd:update'

// It accepts itself, so that it can be named where Vite wants to know what an edit updates.
const code = `import.meta.hot.on('${UPDATE}', (edit) => {
  document.querySelectorAll('vite-error-overlay').forEach((overlay) => overlay.close?.())
  globalThis.requirejs?.s?.update?.(edit)
})
import.meta.hot.accept()
`

/** Serves the module. */
export function hotModule(): Plugin {
  return {
    name: 'requirejs-amd:hot',
    apply: 'serve',
    resolveId: {
      order: 'pre',
      filter: { id: new RegExp(`^${HOT}$`) },
      handler: () => ({ id: HOT_ID }),
    },
    // oxlint-disable-next-line no-control-regex -- \0 marks virtual modules
    load: { filter: { id: new RegExp(`^${HOT_ID}$`) }, handler: () => code },
  }
}

/**
 * A statement for the end of the loader, which makes a page follow edits.
 *
 * @param base Path from the loader's URL to Vite's `base`.
 */
export function hotTail(base: string): string {
  const url = `new URL(${JSON.stringify(`${base}@id/${HOT}`)}, s.src).href`
  return `(function (s) { if (s && s.src) import(${url}).catch(function () {}) })(document.currentScript);\n`
}
