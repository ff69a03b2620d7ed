import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Picture } from '../src/report/picture/node.ts'
import { drawDot } from '../src/report/picture/dot.ts'
import { drawHtml } from '../src/report/picture/html.ts'
import { layOut } from '../src/report/picture/layout.ts'
import { drawSvg } from '../src/report/picture/svg.ts'
import { drawTree } from '../src/report/picture/tree.ts'
import { type Project, makeProject } from './support/project.ts'
import { site } from './support/concatenation.ts'

function picture(name: string, deps: string[] = [], more: Partial<Picture> = {}): Picture {
  return {
    name,
    help: `makes ${name}`,
    deps,
    state: 'fresh',
    why: undefined,
    time: undefined,
    inputs: 0,
    outputs: 0,
    ...more,
  }
}

const pictures = [
  picture('css', [], { time: 340 }),
  picture('templates'),
  picture('js', ['templates'], { state: 'stale', why: 'main.js has changed' }),
  picture('static', ['css', 'templates', 'js'], { state: 'always' }),
]

describe('the graph as a picture', () => {
  test('is an indented tree in a terminal', () => {
    expect(drawTree(pictures, ['static'])).toBe(
      [
        'static           runs each time',
        '├─ css           0.34 s  up to date',
        '├─ templates     up to date',
        '└─ js            would run: main.js has changed',
        '   └─ templates  up to date',
      ].join('\n'),
    )
  })

  test('cuts a name that is wider than its box, and has it whole in its tooltip', () => {
    const svg = drawSvg([picture('compile-every-language')])
    expect(svg).toContain('>compile-every-lan…</text>')
    expect(svg).toContain('<title>compile-every-language: makes compile-every-language</title>')
  })

  test('places a target right of everything it waits for, each, and each line that passes, in a place of its own', () => {
    const { places, lines } = layOut(pictures)
    for (const { name, deps } of pictures) {
      for (const dep of deps)
        expect(places.get(dep)?.column).toBeLessThan(places.get(name)?.column ?? 0)
    }
    const taken = [...places.values()].map(({ column, row }) => `${column} ${row}`)
    // Four targets; the lines from css and templates to static pass the column of js.
    expect(taken).toHaveLength(6)
    expect(new Set(taken).size).toBe(6)
    expect(lines.map((line) => line.length).toSorted((a, b) => a - b)).toEqual([2, 2, 3, 3])
  })

  test('needs no other file as SVG and HTML, and lets no name break it', () => {
    const odd = [picture('a<b>&"c"', [], { why: '</title><script>', state: 'stale' })]
    for (const text of [drawSvg(odd), drawHtml(odd)]) {
      expect(text).toContain('a&lt;b&gt;&amp;&quot;c&quot;')
      expect(text).not.toMatch(/<script|src=|href=|@import|<\/title><script/)
    }
    expect(drawHtml(pictures)).toContain('<td>main.js has changed</td>')
  })

  test('quotes what DOT needs quoted', () => {
    expect(drawDot([picture('a"b\\c')])).toContain('"a\\"b\\\\c" [label="a\\"b\\\\c\\nup to date"')
    expect(drawDot(pictures)).toContain('"templates" -> "js"')
  })
})

describe('kovu --graph', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject(site)
    await project.kovu()
    await project.write('a.txt', 'changed')
  })
  afterAll(() => project.remove())

  test('shows times, freshness and reasons', async () => {
    const { text } = await project.kovu('static', '--graph')
    expect(text).toMatch(
      /^static +\d\.\d\d s {2}up to date\n├─ css +\d\.\d\d s {2}would run: a\.txt has changed\n└─ js/,
    )
  })

  test.each([
    ['dot', /^digraph kovu \{/],
    ['svg', /^<svg class="kovu"/],
    ['html', /^<!doctype html>/],
  ])('writes %s', async (format, begins) => {
    const { code, text } = await project.kovu(`--graph=${format}`)
    expect(code).toBe(0)
    expect(text).toMatch(begins)
    expect(text).toContain('css')
  })

  test('names the formats when asked for another', async () => {
    const { code, text } = await project.kovu('--graph=png')
    expect(code).toBe(2)
    expect(text).toContain('--graph draws text, dot, svg, html')
  })
})
