/**
 * Replaces templates that an AMD loader has defined, when their sources are edited. It stands behind Vite's client and knows
 * loaders by `requirejs.s.contexts`, as RequireJS and those that stand in for it have them. Development only.
 */
import { replace, type Code } from './keep.ts'
import {
  contextsOf,
  forgetPartials,
  reloadUnless,
  replacesItself,
  templateOf,
  type LoadingContext,
} from './watch.ts'
import './loader.ts'

/** What the server says of an edit. */
export interface TemplateEdit {
  /** The path of the derived file's URL, without origin. */
  readonly path: string
  /** The path of the template itself. */
  readonly source: string
  /** The path of a module with the template's new code, at the origin of Vite's client. */
  readonly module: string
}

/** The exports of the module with the new code. */
interface Edited {
  readonly code: {
    readonly code: Code['r']
    readonly partials: Code['partials']
    readonly subs: Code['subs']
  }
  readonly text: string
}

interface Meta {
  readonly url: string
  readonly hot?: {
    on(event: string, listener: (edit: TemplateEdit) => void): void
    accept(): void
  }
}

const meta = import.meta as unknown as Meta
// Vite looks for these words. The server names this module as the one that takes care of an edit.
const hot = (import.meta as unknown as Meta).hot
;(import.meta as unknown as Meta).hot?.accept()

hot?.on('hulk-amd:edit', (edit) => {
  if (replacesItself()) return
  follow(edit).catch((error: unknown) => {
    console.error(error)
    location.reload()
  })
})

/** Brings an edit to every context of the page. */
async function follow(edit: TemplateEdit): Promise<void> {
  let edited: Edited | undefined
  for (const context of contextsOf()) {
    for (const [id, value] of Object.entries(context.defined)) {
      if (!isMeant(context, id, edit)) continue
      const live = templateOf(value)
      if (live) {
        edited ??= (await import(/* @vite-ignore */ new URL(edit.module, meta.url).href)) as Edited
        const { code, text } = edited
        forgetPartials()
        const shown = replace(id, live, {
          r: code.code,
          partials: code.partials,
          subs: code.subs,
          text,
        })
        reloadUnless(shown, live)
      } else if (id.includes('!')) {
        // Its value is in the hands of those who asked for it.
        location.reload()
      }
    }
  }
}

/** Is a module made from the edited template? */
function isMeant(context: LoadingContext, id: string, { path, source }: TemplateEdit): boolean {
  const [, resource] = id.split('!')
  if (resource === undefined) return pathOf(context.nameToUrl(id)) === path
  // The suffix may be the loader plugin's.
  const named = pathOf(context.nameToUrl(resource, '', true))
  return source === named || source.startsWith(`${named}.`)
}

function pathOf(url: string): string {
  return new URL(url, location.href).pathname
}
