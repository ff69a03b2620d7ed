/**
 * Replaces templates that an AMD loader has defined, when their sources are edited. It stands behind Vite's client and knows
 * loaders by `requirejs.s.contexts`, as RequireJS and those that stand in for it have them. Development only.
 */
import { isTemplate, replace } from './hot.ts'

/** What the server says of an edit. */
export interface TemplateEdit {
  /** The path of the derived file's URL, without origin. */
  readonly path: string
  /** The path of the template itself. */
  readonly source: string
}

type Factory = (...values: unknown[]) => unknown
type Define = ((...args: unknown[]) => void) & { amd?: unknown }

interface LoadingContext {
  readonly defined: Record<string, unknown>
  nameToUrl(name: string, extension?: string, plain?: boolean): string
  makeModuleMap(id: string): unknown
  makeRequire(map: unknown): (id: string) => unknown
}

interface Page {
  define?: Define | undefined
  readonly requirejs?: { readonly s?: { readonly contexts?: Record<string, LoadingContext> } }
}

interface Meta {
  readonly hot?: { on(event: string, listener: (edit: TemplateEdit) => void): void }
}

const page = globalThis as unknown as Page
// Vite looks for these words.
const hot = (import.meta as unknown as Meta).hot

hot?.on('hulk-amd:edit', (edit) => {
  follow(edit).catch((error: unknown) => {
    console.error(error)
    location.reload()
  })
})

/** Brings an edit to every context of the page. */
async function follow({ path, source }: TemplateEdit): Promise<void> {
  for (const context of Object.values(page.requirejs?.s?.contexts ?? {})) {
    for (const [id, live] of Object.entries(context.defined)) {
      const resource = id.slice(id.lastIndexOf('!') + 1)
      if (resource === id) {
        const url = context.nameToUrl(id)
        if (pathOf(url) === path) await update(context, id, { live, url })
      } else if (isSource(pathOf(context.nameToUrl(resource, '', true)), source)) {
        // The value of a loader plugin is whatever the plugin made of the text.
        location.reload()
      }
    }
  }
}

async function update(
  context: LoadingContext,
  id: string,
  { live, url }: { live: unknown; url: string },
): Promise<void> {
  const [deps, factory] = await fetchDefinition(
    `${url}${url.includes('?') ? '&' : '?'}t=${Date.now()}`,
  )
  const require = context.makeRequire(context.makeModuleMap(id))
  const next = factory(...deps.map((dep) => require(dep)))
  if (isTemplate(live) && isTemplate(next)) replace(id, live, next)
  else location.reload()
}

/** Runs a script and takes what it defines, past the loader. The definitions of other scripts reach the loader meanwhile. */
function fetchDefinition(url: string): Promise<[deps: string[], factory: Factory]> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    const { define } = page
    let taken: unknown[] | undefined
    const take: Define = (...args) => {
      if (document.currentScript === script) taken = args
      else define?.(...args)
    }
    take.amd = define?.amd
    page.define = take
    script.addEventListener('load', () => finish())
    script.addEventListener('error', () => finish(new Error(`${url} cannot be loaded`)))
    const finish = (error?: Error): void => {
      if (page.define === take) page.define = define
      script.remove()
      const [deps, factory] = taken ?? []
      if (Array.isArray(deps) && typeof factory === 'function') resolve([deps, factory as Factory])
      else reject(error ?? new Error(`${url} defines no template`))
    }
    script.src = url
    document.head.append(script)
  })
}

function pathOf(url: string): string {
  return new URL(url, location.href).pathname
}

/** Does a resource's path name a template, with its suffix or without? */
function isSource(path: string, source: string): boolean {
  return source === path || source.startsWith(`${path}.`)
}
