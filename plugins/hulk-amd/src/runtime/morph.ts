/** Changes a piece of the page into what a template renders now, reusing what is alike: focus, caret, scroll and input stay. */

/** Three versions of the same children. */
export interface Versions {
  /** On the page. */
  readonly live: readonly ChildNode[]
  /** As they were rendered, one for each of {@link live}. What differs between them the application did, and it stays. */
  readonly base: readonly ChildNode[]
  /** As they are rendered now. */
  readonly next: readonly ChildNode[]
}

/** Makes the children of an element look exactly like those of another one. */
export function morphChildren(parent: Node, next: Node): void {
  const live = Array.from(parent.childNodes)
  morphList(parent, { live, base: live, next: Array.from(next.childNodes) }, null)
}

/**
 * Brings the differences of two renderings to the page.
 *
 * @param parent The parent of the live nodes.
 * @param end What follows them.
 */
export function morphList(
  parent: Node,
  { live, base, next }: Versions,
  end: ChildNode | null,
): void {
  let at = 0
  for (const wanted of next) {
    const match = findAlike(base, at, wanted)
    if (match < 0) {
      parent.insertBefore(wanted, live[at] ?? end)
      continue
    }
    // What stands before the match went away, or comes later and is made anew.
    while (at < match) remove(live[at++])
    morph(live[at] as ChildNode, base[at] as ChildNode, wanted)
    at++
  }
  while (at < base.length) remove(live[at++])
}

function findAlike(nodes: readonly ChildNode[], from: number, wanted: ChildNode): number {
  const key = keyOf(wanted)
  for (let at = from; at < nodes.length; at++) {
    const node = nodes[at] as ChildNode
    if (node.nodeName === wanted.nodeName && keyOf(node) === key) return at
  }
  return -1
}

function keyOf(node: Node): string {
  return node instanceof Element ? node.id || node.getAttribute('data-key') || '' : ''
}

function remove(node: ChildNode | undefined): void {
  node?.parentNode?.removeChild(node)
}

function morph(live: ChildNode, base: ChildNode, next: ChildNode): void {
  if (!(live instanceof Element && base instanceof Element && next instanceof Element)) {
    if (base.nodeValue !== next.nodeValue) live.nodeValue = next.nodeValue
    return
  }
  for (const { name } of Array.from(base.attributes)) {
    if (!next.hasAttribute(name) && name !== 'open') live.removeAttribute(name)
  }
  for (const { name, value } of next.attributes) {
    if (base.getAttribute(name) !== value) live.setAttribute(name, value)
  }
  // What the application put into an element that was rendered empty is its own.
  if (base !== live && base.childNodes.length === 0 && next.childNodes.length === 0) return
  // A text area's children are its default value: changing them would not touch what was typed.
  const children = Array.from(live.childNodes)
  const before = base === live ? children : Array.from(base.childNodes)
  const versions = { live: children, base: before, next: Array.from(next.childNodes) }
  if (children.length === before.length) morphList(live, versions, null)
  else live.replaceChildren(...versions.next)
}
