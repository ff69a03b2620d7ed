/**
 * Sees templates from the moment an AMD loader defines them. It comes with Vite's client, before any module of the page;
 * scripts that load AMD modules may be earlier. Development only.
 */
import { isTemplate, recorder, type Replaceable } from './record.ts'

/** As much of a loader's context as is needed: RequireJS has it, and those that stand in for it. */
export interface LoadingContext {
  readonly defined: Readonly<Record<string, unknown>>
  nameToUrl(name: string, extension?: string, plain?: boolean): string
}

interface Loader {
  readonly s?: {
    readonly contexts?: Readonly<Record<string, LoadingContext>>
    /** Of a loader that replaces edited modules itself, and then dispatches `requirejs-amd:update`. */
    readonly update?: unknown
  }
  onResourceLoad?: (
    context: LoadingContext,
    map: { readonly id: string },
    ...rest: unknown[]
  ) => void
}

const page = globalThis as unknown as { readonly requirejs?: Loader }

/** Templates that were there before: nobody knows whether, and with what, they have been rendered. */
const late = new WeakSet<Replaceable>()

watch(page.requirejs)

/** Remembers what templates render. */
function watch(loader: Loader | undefined): void {
  if (!loader) return
  for (const context of contextsOf()) {
    for (const value of Object.values(context.defined)) {
      const template = templateOf(value)
      if (template) late.add(template)
    }
  }
  const { onResourceLoad } = loader
  loader.onResourceLoad = (context, map, ...rest) => {
    onResourceLoad?.(context, map, ...rest)
    const template = templateOf(context.defined[map.id])
    if (template) recorder.follow(template)
  }
}

/** Loads the page again where a change cannot be shown: nobody knows how what is there was rendered. */
export function reloadUnless(shown: boolean, template: Replaceable): void {
  if (!shown && late.has(template)) location.reload()
}

/** Does the page's loader bring edits to its modules itself? */
export function replacesItself(): boolean {
  return page.requirejs?.s?.update !== undefined
}

/** The template that a module's value is, or that a render function stands for: `hgn!` gives such functions. */
export function templateOf(value: unknown): Replaceable | undefined {
  if (isTemplate(value)) return value
  const { template } = (value ?? {}) as { template?: unknown }
  return typeof value === 'function' && isTemplate(template) ? template : undefined
}

/** Every loading context of the page. */
export function contextsOf(): LoadingContext[] {
  return Object.values(page.requirejs?.s?.contexts ?? {})
}

/** A partial as templates know it, with what hogan.js has made of it. */
interface Descriptor {
  instance?: unknown
  readonly partials?: Readonly<Record<string, Descriptor>>
}

/** Lets all templates look at their partials anew: what was made of a parent keeps the blocks that it had. */
export function forgetPartials(): void {
  for (const context of contextsOf()) {
    for (const value of Object.values(context.defined)) {
      const template = templateOf(value)
      if (template) forgetThose(template.partials as Record<string, Descriptor>)
    }
  }
}

function forgetThose(partials: Readonly<Record<string, Descriptor>> = {}): void {
  for (const partial of Object.values(partials)) {
    delete partial.instance
    forgetThose(partial.partials)
  }
}
