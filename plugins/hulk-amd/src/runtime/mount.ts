/** Keeps a template's output in an element, and changes it in place: focus, caret, scroll and input stay. */
import type { Template } from './template.ts'

/** A template on the page. */
export interface Mounted {
  /** Renders with another context. */
  update(context: unknown): void
  /** Stops following changes. The element keeps its content. */
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
  const draw = (): void => {
    const next = element.ownerDocument.createElement('template')
    next.innerHTML = template.render(current, partials)
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

/** Makes the children of `from` look like those of `to`, reusing what is alike. */
function morphChildren(from: Node, to: Node): void {
  let at = from.firstChild
  for (const wanted of Array.from(to.childNodes)) {
    const match = findAlike(at, wanted)
    if (!match) {
      from.insertBefore(wanted, at)
      continue
    }
    // What stands before the match went away, or comes later and is made anew.
    while (at && at !== match) {
      const gone = at
      at = at.nextSibling
      from.removeChild(gone)
    }
    at = match.nextSibling
    morph(match, wanted)
  }
  while (at) {
    const gone = at
    at = at.nextSibling
    from.removeChild(gone)
  }
}

function findAlike(start: ChildNode | null, wanted: ChildNode): ChildNode | undefined {
  const key = keyOf(wanted)
  for (let node = start; node; node = node.nextSibling) {
    if (node.nodeType !== wanted.nodeType || node.nodeName !== wanted.nodeName) continue
    if (keyOf(node) === key) return node
  }
  return undefined
}

function keyOf(node: Node): string {
  return node instanceof Element ? node.id || node.getAttribute('data-key') || '' : ''
}

function morph(from: ChildNode, to: ChildNode): void {
  if (!(from instanceof Element && to instanceof Element)) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue
    return
  }
  for (const { name } of Array.from(from.attributes)) {
    if (!to.hasAttribute(name) && name !== 'open') from.removeAttribute(name)
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  }
  // A text area's children are its default value: changing them would not touch what was typed.
  morphChildren(from, to)
}
