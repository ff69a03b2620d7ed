/** Keeps a template's output in an element, and changes it in place: focus, caret, scroll and input stay. */
import { morphChildren } from './morph.ts'
import type { Template } from './template.ts'

/** A template on the page. */
export interface Mounted {
  /** Renders with another context. */
  update(context: unknown): void
  /** Lets the element go with its content, as if the template had been rendered by hand. */
  unmount(): void
}

/** As much of a template as is needed: those of hogan.js fit too. */
export type Renderable = Pick<Template, 'render'>

/**
 * Renders a template into an element. In development the element follows edits of any template.
 *
 * @param element Its content is replaced.
 * @param template The default export of a template's module.
 * @param context What the template is rendered with.
 * @param partials Partials by name, besides those the template imports.
 */
export function mount(
  element: Element,
  template: Renderable,
  context: unknown,
  partials?: Record<string, unknown>,
): Mounted {
  let current = context
  let shown: string | undefined
  const draw = (event?: Event): void => {
    const html = template.render(current, partials)
    // Whoever dispatched it learns that the change is on the page.
    if (html !== shown) event?.preventDefault()
    shown = html
    const next = element.ownerDocument.createElement('template')
    next.innerHTML = html
    morphChildren(element, next.content)
  }
  draw()
  addEventListener('hulk-amd:update', draw)
  return {
    update(changed) {
      current = changed
      draw()
    },
    unmount: () => removeEventListener('hulk-amd:update', draw),
  }
}
