/**
 * Remembers what templates render, so that it can be drawn again. It stands alone, for it has to be there before the first
 * template renders. Development only.
 */

/** Whatever renders: our templates, and those of hogan.js. */
export interface Renders {
  render: (context?: unknown, partials?: Record<string, unknown>, indent?: string) => string
}

/** As much of a template as is replaced: those of hogan.js fit as well as ours. */
export interface Replaceable extends Renders {
  r: (...args: never[]) => string
  text?: string
  subs: Record<string, unknown>
  partials: Record<string, unknown>
}

/** Something that was rendered. */
export interface Drawing {
  readonly template: Renders
  readonly args: Parameters<Renders['render']>
  html: string
}

/** More than a page shows of what templates rendered. */
const MAX_DRAWINGS = 1000

/** Follows templates from their first rendering on. */
export class Recorder {
  drawings: Drawing[] = []
  readonly #followed = new WeakSet<Renders>()
  /** Templates may render others. */
  #depth = 0

  /** Remembers what a template renders from now on. */
  follow(template: Renders): void {
    if (this.#followed.has(template)) return
    this.#followed.add(template)
    const { render } = template
    const rendered = (by: Renders, args: Drawing['args']): string => {
      this.#depth++
      try {
        const html = render.apply(by, args)
        if (this.#depth === 1) this.#remember({ template: by, args, html })
        return html
      } finally {
        this.#depth--
      }
    }
    // Loaders may give the properties of a new template to the old one, this one with them.
    template.render = function (this: Renders, ...args) {
      return rendered(this, args)
    }
  }

  #remember(drawing: Drawing): void {
    if (this.drawings.length >= MAX_DRAWINGS) this.drawings.shift()
    this.drawings.push(drawing)
  }

  /** Renders once more; undefined when that is impossible by now. */
  again({ template, args }: Drawing): string | undefined {
    this.#depth++
    try {
      return template.render(...args)
    } catch {
      // Its context is no more what it was.
      return undefined
    } finally {
      this.#depth--
    }
  }
}

/** One for the page. */
export const recorder: Recorder = new Recorder()

/** Is a module's value a template? Those of hogan.js are. */
export function isTemplate(value: unknown): value is Replaceable {
  const { r, subs, partials } = (value ?? {}) as Partial<Replaceable>
  return typeof r === 'function' && typeof subs === 'object' && typeof partials === 'object'
}
