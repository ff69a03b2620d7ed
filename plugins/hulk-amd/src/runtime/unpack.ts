/** Makes templates of what `pack` wrote, without `eval`: closures that call what generated code calls. */
import type { CodeObject, Links, Place, Sub } from './code.ts'
import { Template } from './template.ts'

/** One step of a template; `i` is the indentation of its lines. */
type Step = (c: unknown[], p: Record<string, unknown>, t: Template, i: string) => void
type Partials = NonNullable<CodeObject['partials']>
type Subs = NonNullable<CodeObject['subs']>
/** A tag: white space, sign and name. */
type Tag = [tag: string, space: string, sign: string, name: string]

/**
 * Reads a packed template.
 *
 * @param packed The first character parts texts and tags, which follow in turn.
 * @param links Imported partials by name.
 * @param make Makes the template of its code.
 * @param places Where the texts of its sections are, in their order: what lambdas need.
 */
export function unpack(
  packed: string,
  links: Links = {},
  make: (code: CodeObject) => Template = (code) => new Template(code),
  places: readonly Place[] = [],
): Template {
  const list = packed.split(packed.charAt(0))
  let at = 1
  let serial = 0
  let section = 0

  const read = (partials: Partials, subs: Subs, prefix: string, inParent?: boolean): Step => {
    const steps: Step[] = []
    for (;;) {
      const literal = list[at++]
      if (literal) steps.push((_c, _p, t, i) => t.x(literal, i))
      // What follows the last text ends the template as a closing tag ends a section.
      const [tag, space, sign, name] = /^(\s*)([#^$<>&/=]?)([^]*)/.exec(
        list[at++] ?? '/',
      ) as never as Tag
      const find = name.includes('.') ? 'd' : 'f'
      if (sign === '/') break
      if (sign === '#') {
        const place = (places[section++] ?? []) as unknown as Place
        const inner = read(partials, subs, prefix, inParent)
        steps.push((c, p, t, i) => {
          if (t.s(t[find](name, c, p, 1), c, p, 0, ...place)) {
            t.rs(c, p, (c2, p2, t2) => inner(c2, p2, t2, i))
            c.pop()
          }
        })
      } else if (sign === '^') {
        const inner = read(partials, subs, prefix, inParent)
        steps.push((c, p, t, i) => {
          if (!t.s(t[find](name, c, p, 1), c, p, 1)) inner(c, p, t, i)
        })
      } else if (sign === '$') {
        const inner = read(partials, {}, name) as Sub
        subs[name] = inner
        if (!inParent) steps.push((c, p, t, i) => t.sub(name, c, p, i, space, inner))
      } else if (sign === '<' || sign === '>') {
        const partial = { name, partials: {}, subs: {}, t: links[name], links }
        if (sign === '<') read(partial.partials, partial.subs, '', true)
        const symbol = `<${prefix}${name}${serial++}`
        partials[symbol] = partial
        steps.push((c, p, t, i) => t.b(t.rp(symbol, c, p, space, i), i))
      } else {
        // Neither sign nor name: white space alone.
        const write = sign === '&' ? 't' : 'v'
        steps.push((c, p, t, i) => t.b(tag === space ? tag : t[write](t[find](name, c, p, 0)), i))
      }
    }
    return (c, p, t, i) => {
      for (const step of steps) step(c, p, t, i)
    }
  }

  const partials: Partials = {}
  const subs: Subs = {}
  const body = read(partials, subs, '')
  return make({
    code(c, p, i = '') {
      this.x(i)
      body(c, p, this, i)
      return this.fl()
    },
    partials,
    subs,
  })
}
