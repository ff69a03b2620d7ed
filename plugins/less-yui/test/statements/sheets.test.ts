import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Less } from '../../src/lessc/implementation.ts'
import { resolveOptions } from '../../src/options.ts'
import { Sheets } from '../../src/sheets/sheets.ts'
import { type Project, project } from '../support/project.ts'
import { load } from '../support/versions.ts'

const FILES = {
  'main.less': '@import "v"; @import "p"; .rest { color: @v }',
  'v.less': '@v: red;',
  'p.less': '.p { color: @v }',
}

/** A less that tells what it is given. */
async function listening(inputs: string[]): Promise<Less> {
  const { less } = (await load('4.9.1')) as { less: Less }
  const render: Less['render'] = (input, options) => {
    inputs.push(input)
    return less.render(input, options)
  }
  return Object.assign(Object.create(less) as Less, { render })
}

async function sheets(site: Project, inputs: string[]): Promise<Sheets> {
  return new Sheets({
    options: resolveOptions({ implementation: await listening(inputs) }),
    root: site.root,
    roots: [site.root],
    cacheDir: site.file('cache'),
    sourceMap: false,
    resident: false,
    warn: () => {},
  })
}

test('what came of the statements is kept between runs, and with it what is needed to render an edit alone', async () => {
  const site = project(FILES)
  const inputs: string[] = []
  await (await sheets(site, inputs)).compile(site.file('main.less'))
  expect(inputs.join('')).toContain('.rest')
  for (const [edit, color] of [
    ['.p { color: fade(@v, 50%) }', 'rgba(255, 0, 0, 0.5)'],
    ['.p { color: darken(@v, 50%) } .q { top: 0 }', '#000000'],
  ] as const) {
    inputs.length = 0
    site.write('p.less', edit)
    const { css, statements } = await (await sheets(site, inputs)).compile(site.file('main.less'))
    expect(css).toContain(`.p {\n  color: ${color};\n}`)
    expect(css).toContain('.rest {\n  color: red;\n}')
    expect(statements?.files).toHaveLength(3)
    expect(inputs).toHaveLength(1)
    expect(inputs[0]).toMatch(/^@import "v"; @import "p";\s*$/)
  }
})

test('an edit that matters to others is rendered with them, in the same run and in the next', async () => {
  const site = project(FILES)
  const source = site.file('main.less')
  const kept = await sheets(site, [])
  await kept.compile(source)
  site.write('v.less', '@v: blue;')
  expect((await kept.compile(source)).css.match(/blue/g)).toHaveLength(2)
  site.write('v.less', '@v: green;')
  expect((await (await sheets(site, [])).compile(source)).css.match(/green/g)).toHaveLength(2)
})

test('a cache that is gone, or says something else, is no loss', async () => {
  const site = project(FILES)
  const source = site.file('main.less')
  await (await sheets(site, [])).compile(source)
  const folder = site.file('cache')
  const file = `${folder}/${readdirSync(folder)[0]}`
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { css: string; statements: object }
  for (const [number, other] of [
    { ...kept, css: `${kept.css}.more { top: 0 }\n` },
    { ...kept, statements: { files: [{}], lead: 0, targets: [] } },
    { ...kept, statements: 'nothing' },
    undefined,
  ].entries()) {
    if (other) writeFileSync(file, JSON.stringify(other))
    else rmSync(folder, { recursive: true })
    site.write('p.less', `.p { top: ${number}px }`)
    expect((await (await sheets(site, [])).compile(source)).css).toBe(
      `.p {\n  top: ${number}px;\n}\n.rest {\n  color: red;\n}\n`,
    )
  }
})
