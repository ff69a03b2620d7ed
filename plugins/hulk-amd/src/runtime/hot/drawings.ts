/**
 * Draws again what templates have rendered by hand: an application that puts `template.render(data)` into the page once
 * sees an edit without a reload. Development only.
 */
import { morphList } from '../morph.ts'
import type { Drawing, Recorder } from './record.ts'

/** What was rendered, on the page. */
export class Drawings {
  readonly #recorder: Recorder
  #waiting = false

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  /** Draws again what still stands on the page as it was rendered, when the edits of this moment have all come in. */
  redrawSoon(): void {
    if (this.#waiting || typeof document === 'undefined') return
    this.#waiting = true
    setTimeout(() => {
      this.#waiting = false
      this.#redraw()
    })
  }

  #redraw(): void {
    const changed = new Map<Drawing, string>()
    const { drawings } = this.#recorder
    for (const drawing of drawings) {
      const html = this.#recorder.again(drawing)
      if (html !== undefined && html !== drawing.html) changed.set(drawing, html)
    }
    const taken = new Set<Node>()
    const left: Drawing[] = []
    // Of equal drawings the last are the ones that are seen, and their order is that of the page.
    for (const drawing of [...changed.keys()].toReversed()) {
      if (!redraw(drawing, changed.get(drawing) as string, { taken, exact: true }))
        left.push(drawing)
    }
    const gone = new Set<Drawing>()
    for (const drawing of left) {
      if (!redraw(drawing, changed.get(drawing) as string, { taken, exact: false }))
        gone.add(drawing)
    }
    this.#recorder.drawings = drawings.filter((drawing) => !gone.has(drawing))
  }
}

/** Finds the last place of a drawing on the page that no other has taken, and changes it there. */
function redraw(
  drawing: Drawing,
  html: string,
  { taken, exact }: { taken: Set<Node>; exact: boolean },
): boolean {
  const base = parse(drawing.html)
  const first = base.find((node) => node instanceof Element)
  if (!(first instanceof Element)) return false
  const selector = first.id ? `#${CSS.escape(first.id)}` : first.localName
  const same = exact ? isSame : shows
  for (const element of Array.from(document.querySelectorAll(selector)).toReversed()) {
    const live = runFrom(element, base.indexOf(first), base.length)
    if (!live || live.some((node) => taken.has(node))) continue
    if (!live.every((node, at) => same(node, base[at] as ChildNode))) continue
    const end = live.at(-1)?.nextSibling ?? null
    const before = live[0]?.previousSibling ?? null
    const parent = element.parentNode as ParentNode
    morphList(parent, { live, base, next: parse(html) }, end)
    for (
      let node = before?.nextSibling ?? parent.firstChild;
      node && node !== end;
      node = node.nextSibling
    )
      taken.add(node)
    drawing.html = html
    return true
  }
  return false
}

/** The nodes of a text of HTML, without the white space at its ends. */
function parse(html: string): ChildNode[] {
  const template = document.createElement('template')
  template.innerHTML = html.trim()
  return Array.from(document.importNode(template.content, true).childNodes)
}

/** Neighbouring nodes, of which the given one has the given index. */
function runFrom(node: ChildNode, index: number, length: number): ChildNode[] | undefined {
  let at: ChildNode | null = node
  for (let i = 0; i < index; i++) at = at?.previousSibling ?? null
  const run: ChildNode[] = []
  for (; at && run.length < length; at = at.nextSibling) run.push(at)
  return run.length === length ? run : undefined
}

function isSame(live: Node, base: Node): boolean {
  return (
    live.isEqualNode(base) ||
    (isText(base) && live.nodeName === base.nodeName && isEqualText(live, base))
  )
}

/** The same, whatever attributes an application has changed, and what it put into elements that were empty. */
function shows(live: Node, base: Node): boolean {
  if (live.nodeName !== base.nodeName) return false
  if (!(live instanceof Element && base instanceof Element)) return isEqualText(live, base)
  if (live.id !== base.id) return false
  if (base.childNodes.length === 0) return true
  if (base.childNodes.length !== live.childNodes.length) return false
  return Array.from(base.childNodes).every((node, at) => shows(live.childNodes[at] as Node, node))
}

function isText(node: Node): boolean {
  return node.nodeType === Node.TEXT_NODE
}

/** At the ends of a drawing the page's own white space may follow. */
function isEqualText(live: Node, base: Node): boolean {
  return live.nodeValue?.trim() === base.nodeValue?.trim()
}
