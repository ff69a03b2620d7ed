/** Keeps the exported template object the same while its module is replaced. Development only. */
import type { Template } from './template.ts'

interface Hot {
  readonly data: Record<string, unknown>
}

/** What listeners of `hulk-amd:update` are told. */
export interface TemplateUpdate {
  /** The module's id. */
  readonly id: string
  readonly template: Template
}

/**
 * Gives the template that the module's first version exported, with the code of the newest, and dispatches
 * `hulk-amd:update` on the window when it was changed.
 */
export function keep(hot: Hot | undefined, id: string, next: Template): Template {
  if (!hot) return next
  const kept = hot.data['template'] as Template | undefined
  if (!kept) {
    hot.data['template'] = next
    return next
  }
  swap(kept, next)
  if (typeof dispatchEvent === 'function') {
    const detail: TemplateUpdate = { id, template: kept }
    globalThis.dispatchEvent(new CustomEvent('hulk-amd:update', { detail }))
  }
  return kept
}

/** Gives a template another's code in place: templates that inherit from it see the change too. */
export function swap(kept: Template, next: Template): void {
  kept.r = next.r
  // Only full templates have a text.
  if ('text' in next) Object.assign(kept, { text: next.text })
  for (const name of Object.keys(kept.subs)) delete kept.subs[name]
  Object.assign(kept.subs, next.subs)
  Object.assign(kept.partials, next.partials)
}
