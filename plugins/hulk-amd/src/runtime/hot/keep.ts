/** Keeps template objects the same while their code is replaced. Development only. */
import { Drawings } from './drawings.ts'
import { recorder, type Replaceable } from './record.ts'

/** The parts of a template that its code makes. */
export type Code = Pick<Replaceable, 'r' | 'text' | 'subs' | 'partials'>

interface Hot {
  readonly data: Record<string, unknown>
}

/** What listeners of `hulk-amd:update` are told. */
export interface TemplateUpdate {
  /** The module's id: a path from the root, or an AMD id. */
  readonly id: string
  readonly template: Replaceable
}

const drawings = new Drawings(recorder)

/**
 * Gives the template that the module's first version exported, with the code of the newest, and dispatches
 * `hulk-amd:update` on the window when it was changed.
 */
export function keep<T extends Replaceable>(hot: Hot | undefined, id: string, next: T): T {
  if (!hot) return next
  const kept = hot.data['template'] as T | undefined
  if (kept) {
    replace(id, kept, next)
    return kept
  }
  recorder.follow(next)
  hot.data['template'] = next
  return next
}

/**
 * Gives a live template another's code, in place, so that templates made of it, which inherit from it, see the change too.
 *
 * @param id The module's id, for listeners.
 * @returns Did a listener show the change? See {@link announce}.
 */
export function replace(id: string, live: Replaceable, next: Code): boolean {
  live.r = next.r
  // Only templates with a compiler have a text.
  if (live.text && next.text !== undefined) live.text = next.text
  for (const name of Object.keys(live.subs)) delete live.subs[name]
  Object.assign(live.subs, next.subs)
  Object.assign(live.partials, next.partials)
  return announce(id, live)
}

/**
 * Brings a template's new code to the page: what is mounted and what still stands there as it was rendered is drawn again,
 * the rest is new at the next render. Listeners of `hulk-amd:update` that have shown the change call `preventDefault()`.
 *
 * @returns Did a listener show the change?
 */
export function announce(id: string, template: Replaceable): boolean {
  if (typeof dispatchEvent !== 'function') return false
  const detail: TemplateUpdate = { id, template }
  const event = new CustomEvent('hulk-amd:update', { detail, cancelable: true })
  const shown = !globalThis.dispatchEvent(event)
  drawings.redrawSoon()
  return shown
}
