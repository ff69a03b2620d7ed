import { layOut, type Place } from './layout.ts'
import { type Picture, stateWords } from './node.ts'
import { seconds } from '../progress.ts'

const box = { width: 150, height: 54, right: 70, below: 22, margin: 16 }

/** How many characters of a name stand in a box. */
const LONGEST = 18

const style = `
  .kovu rect { fill: #fff; stroke: #8a94a0; rx: 8px }
  .kovu .fresh rect { fill: #d7efdc; stroke: #4c9a62 }
  .kovu .stale rect { fill: #fbe3c0; stroke: #c58a2e }
  .kovu .always rect { fill: #e9ecf0 }
  .kovu text { font: 13px system-ui, sans-serif; fill: #1d2733 }
  .kovu .note { font-size: 11px; fill: #51606f }
  .kovu path { fill: none; stroke: #8a94a0 }
  .kovu marker path { fill: #8a94a0 }
`

/** A picture that needs nothing else: no script, no font, no other file. */
export function drawSvg(pictures: readonly Picture[]): string {
  const { places, lines } = layOut(pictures)
  const all = [...places.values()]
  const rowsIn = (column: number): number => all.filter((place) => place.column === column).length
  const columns = Math.max(0, ...all.map(({ column }) => column + 1))
  const tallest = heightOf(Math.max(0, ...all.map(({ column }) => rowsIn(column))))
  const at = ({ column, row }: Place): Point => ({
    x: box.margin + column * (box.width + box.right),
    y: box.margin + (tallest - heightOf(rowsIn(column))) / 2 + row * (box.height + box.below),
  })
  const width = columns * (box.width + box.right) - box.right + 2 * box.margin
  return [
    `<svg class="kovu" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${tallest + 2 * box.margin}" role="img" aria-label="What each target waits for">`,
    `<style>${style}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ...lines.map((line) => draw(line.map(at))),
    ...pictures.map((one) => node(one, at(places.get(one.name) ?? { column: 0, row: 0 }))),
    '</svg>',
    '',
  ].join('\n')
}

interface Point {
  readonly x: number
  readonly y: number
}

function heightOf(rows: number): number {
  return rows * (box.height + box.below) - box.below
}

function node({ name, help, state, time, why }: Picture, { x, y }: Point): string {
  const note = [time === undefined ? '' : seconds(time), stateWords[state]]
    .filter((part) => part !== '')
    .join(', ')
  const isLong = name.length > LONGEST
  const title = [isLong ? `${name}: ${help}` : help, state === 'always' ? undefined : why]
    .filter((line) => line !== undefined)
    .join('\n')
  return [
    `<g class="${state}" transform="translate(${x} ${y})"><title>${escapeXml(title)}</title>`,
    `<rect width="${box.width}" height="${box.height}"/>`,
    `<text x="12" y="${note === '' ? 32 : 23}">${escapeXml(isLong ? `${name.slice(0, LONGEST - 1)}…` : name)}</text>`,
    `<text class="note" x="12" y="41">${escapeXml(note)}</text></g>`,
  ].join('')
}

/** A line from box to box, straight through the passages between them. */
function draw(points: readonly Point[]): string {
  const middle = ({ y }: Point): number => y + box.height / 2
  const steps = points.slice(1).map((to, at) => {
    const from = points[at] ?? to
    const [x1, y1, x2, y2] = [from.x + box.width, middle(from), to.x, middle(to)]
    const bend = (x2 - x1) / 2
    return `${at === 0 ? 'M' : 'L'}${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
  })
  return `<path d="${steps.join('')}" marker-end="url(#arrow)"/>`
}

/** Text as XML and HTML take it. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
