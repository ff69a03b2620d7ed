/** Keeps template objects the same while their code is replaced. Development only. */

/** As much of a template as is replaced: those of hogan.js fit as well as ours. */
export interface Replaceable {
  r: (...args: never[]) => string
  text?: string
  subs: Record<string, unknown>
  partials: Record<string, unknown>
}

interface Hot {
  readonly data: Record<string, unknown>
}

/** What listeners of `hulk-amd:update` are told. */
export interface TemplateUpdate {
  /** The module's id: a path from the root, or an AMD id. */
  readonly id: string
  readonly template: Replaceable
}

/**
 * Gives the template that the module's first version exported, with the code of the newest, and dispatches
 * `hulk-amd:update` on the window when it was changed.
 */
export function keep<T extends Replaceable>(hot: Hot | undefined, id: string, next: T): T {
  if (!hot) return next
  const kept = hot.data['template'] as T | undefined
  if (kept) return replace(id, kept, next)
  hot.data['template'] = next
  return next
}

/**
 * Gives a live template another's code and dispatches `hulk-amd:update` on the window: what is mounted is drawn again, what
 * is rendered by hand is new at the next render. For whoever replaces modules: an AMD loader calls it with the value it
 * has given away and the value of the module's new factory.
 *
 * @param id The module's id, for listeners.
 * @returns The live template.
 */
export function replace<T extends Replaceable>(id: string, live: T, next: T): T {
  swap(live, next)
  if (typeof dispatchEvent === 'function') {
    const detail: TemplateUpdate = { id, template: live }
    globalThis.dispatchEvent(new CustomEvent('hulk-amd:update', { detail }))
  }
  return live
}

/** Is a module's value a template? Those of hogan.js are. */
export function isTemplate(value: unknown): value is Replaceable {
  const { r, subs, partials } = (value ?? {}) as Partial<Replaceable>
  return typeof r === 'function' && typeof subs === 'object' && typeof partials === 'object'
}

/** In place, so that templates made of it, which inherit from it, see the change too. */
function swap(live: Replaceable, next: Replaceable): void {
  live.r = next.r
  if (next.text !== undefined) live.text = next.text
  for (const name of Object.keys(live.subs)) delete live.subs[name]
  Object.assign(live.subs, next.subs)
  Object.assign(live.partials, next.partials)
}
