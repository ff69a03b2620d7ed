/** Names in a selector, those of elements among them. */
const NAME = /[.#]?(?:[\w-]|\\.|[^\0-\x7F])+/g

/**
 * May one of these selectors, which are extended, be found in this CSS?
 *
 * @returns True if all names of one of them occur in it, wherever.
 */
export function mayExtend(targets: readonly string[], css: string): boolean {
  return targets.some((target) => {
    const names = target.match(NAME) ?? []
    return names.every((name) => occurs(name, css))
  })
}

function occurs(name: string, css: string): boolean {
  for (let at = css.indexOf(name); at >= 0; at = css.indexOf(name, at + 1)) {
    if (!/[\w-]/.test(css[at + name.length] ?? '')) return true
  }
  return false
}
