// @ts-check
/** Made-up templates, in which every word is chosen by lot, and others that are alike. */

export const words =
  'user name title count url avatar date author post comment group member photo album event place message thread inbox like share follow invite settings profile status text body summary category tag price total address city phone email created owner role badge score level start end location video audio file size type error notice label button link menu item row column cell header footer content page panel card dialog field input select submit cancel edit view remove open next search query result'.split(
    ' ',
  )
const sentences =
  'Share this with your friends|Be the first to comment|See all|No results were found for your search|Please enter a valid address|Last updated|Posted by|Follow|Are you sure you want to remove this item?|Members|Upcoming events|Write a message|Attach a file|Save changes|You have new notifications|View profile|Join group|Who can see this'.split(
    '|',
  )

/** A template as pages have them, of about 2 kB, no two alike: every word is chosen by lot. @param {number} seed */
export function varied(seed) {
  let state = seed * 7919 + 13
  const random = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
  /** @param {readonly string[]} list */
  const pick = (list) => list[Math.floor(random() * list.length)] ?? ''
  const name = () =>
    pick([pick(words), `${pick(words)}_${pick(words)}`, `${pick(words)}.${pick(words)}`])
  const classes = () =>
    Array.from(
      { length: 1 + Math.floor(random() * 3) },
      () => `${pick(words)}-${pick(words)}`,
    ).join(' ')
  /** @type {string[]} */
  const out = []
  /** @param {number} depth @param {() => void} inner */
  const inside = (depth, inner) => {
    for (let left = depth < 6 ? 1 + Math.floor(random() * 4) : 0; left > 0; left--) inner()
  }
  /** @param {string} pad @param {number} depth */
  const node = (pad, depth) => {
    const next = () => node(`${pad}  `, depth + 1)
    const kind = random()
    const key = name()
    if (kind < 0.18 && depth < 4) {
      out.push(`${pad}{{#${key}}}`)
      inside(depth, next)
      out.push(`${pad}{{/${key}}}`)
      if (random() < 0.35)
        out.push(`${pad}{{^${key}}}`, `${pad}  ${pick(sentences)}`, `${pad}{{/${key}}}`)
    } else if (kind < 0.26) out.push(`${pad}{{> ${pick(words)}_${pick(words)} }}`)
    else if (kind < 0.42 && depth < 5) {
      const tag = pick(['div', 'span', 'li', 'td', 'h3', 'section', 'article'])
      out.push(
        `${pad}<${tag} class="${classes()}"${random() < 0.3 ? ` id="${pick(words)}-{{${key}}}"` : ''}>`,
      )
      inside(depth, next)
      out.push(`${pad}</${tag}>`)
    } else if (kind < 0.6)
      out.push(
        `${pad}<a href="/${pick(words)}/{{${key}}}/" class="${classes()}" title="{{${name()}}}">{{${name()}}}</a>`,
      )
    else if (kind < 0.7)
      out.push(
        `${pad}<img src="{{${key}}}" alt="{{${name()}}}" width="${20 + Math.floor(random() * 200)}">`,
      )
    else if (kind < 0.85) out.push(`${pad}<p>${pick(sentences)} {{${key}}} ${pick(sentences)}</p>`)
    else if (kind < 0.92) out.push(`${pad}{{{${key}}}}`)
    else
      out.push(
        `${pad}<input name="${pick(words)}" value="{{${key}}}"{{#checked}} checked{{/checked}}>`,
      )
  }
  out.push(`<div class="${classes()}">`)
  for (let left = 3 + Math.floor(random() * 9); left > 0; left--) node('  ', 0)
  out.push('</div>')
  return `${out.join('\n')}\n`
}

/** Rows that differ in numbers only. @param {number} n */
export function alike(n) {
  const row = (/** @type {number} */ at) =>
    `  <li class="row-${at} {{#selected}}is-selected{{/selected}}" data-id="{{id${n % 17}}}">\n` +
    `    <a href="{{url}}">{{title${at}}}</a> {{^empty}}<em>{{{html}}}</em>{{/empty}}\n    {{> row${n % 31} }}\n  </li>\n`
  return `<h2>{{heading.text${n}}}</h2>\n<ul>\n{{#items}}\n${[0, 1, 2, 3, 4].map(row).join('')}{{/items}}\n</ul>\n`
}

/** @template T @param {number} count @param {(n: number) => T} make */
export const many = (count, make) => Array.from({ length: count }, (_, n) => make(n))
