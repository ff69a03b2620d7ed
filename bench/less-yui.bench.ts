/**
 * lessc against ours on Bootstrap 3.4.1, in one run, each in processes of its own, as a Makefile would start them; then what a development
 * server does, in this process:
 * `npm run build && npx vitest bench --project unit bench/less-yui --run`.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, bench, describe } from 'vitest'
import { type Less, loadImplementation } from '../plugins/less-yui/src/lessc/implementation.ts'
import { minify } from '../plugins/less-yui/src/minify/index.ts'
import { resolveOptions } from '../plugins/less-yui/src/options.ts'
// What is built: sources start no other processes.
import { Sheets } from '../plugins/less-yui/dist/sheets/sheets.js'

const require = createRequire(new URL('../plugins/less-yui/package.json', import.meta.url))
const lessDir = path.resolve(require.resolve('less'), '../..')
const bootstrap = path.dirname(require.resolve('bootstrap/package.json'))
const plugin = pathToFileURL(path.resolve(import.meta.dirname, '../plugins/less-yui/dist/index.js'))
const vite = pathToFileURL(require.resolve('vite'))

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'less-yui-bench-')))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
fs.mkdirSync(path.join(root, 'node_modules'))
fs.symlinkSync(lessDir, path.join(root, 'node_modules/less'))
fs.cpSync(path.join(bootstrap, 'less'), path.join(root, 'bootstrap'), { recursive: true })
const sheets = Array.from({ length: 10 }, (_, index) => `s${index}.less`)
for (const name of sheets) {
  fs.writeFileSync(
    path.join(root, name),
    `@import "bootstrap/bootstrap";\n.${name.slice(0, 2)} { color: red }\n`,
  )
}

const ONE_RUN = { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0 }

/** Async throughout: a function that might be is run twice more, only to find out. */
async function node(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1e8 })
}

/** The bytes that `static` asks for, in a process of its own: all at once, or one after another. */
async function render(names: readonly string[] = sheets, together = true): Promise<void> {
  const script = `
    const { resolveConfig } = await import(${JSON.stringify(vite.href)})
    const { lessYui } = await import(${JSON.stringify(plugin.href)})
    const config = await resolveConfig({ root: '.', configFile: false, plugins: [lessYui()] }, 'build')
    const { derives } = config.plugins.find(({ name }) => name === 'less-yui').api.kovu
    const files = ${JSON.stringify(names)}.map((name) => ${JSON.stringify(root)} + '/' + name)
    ${
      together
        ? 'await Promise.all(files.map((file) => derives[0].render(file)))'
        : 'for (const file of files) await derives[0].render(file)'
    }`
  await node('--input-type=module', '-e', script)
}

const cache = path.join(root, 'node_modules/.vite')

describe('ten sheets on bootstrap', () => {
  bench(
    'ten lessc processes',
    async () => {
      for (const name of sheets) await node(path.join(lessDir, 'bin/lessc'), '--quiet', name)
    },
    ONE_RUN,
  )
  bench(
    'ours, nothing cached',
    async () => {
      fs.rmSync(cache, { recursive: true, force: true })
      await render()
    },
    ONE_RUN,
  )
  bench('ours, nothing changed', async () => render(), ONE_RUN)
})

/** Sheets that need Bootstrap's variables and mixins, but no other sheet of its. */
function own(index: number): string {
  const rules = Array.from(
    { length: 150 },
    (_, rule) => `.p${index}-${rule} {
  .clearfix();
  width: percentage((${rule} / 300));
  color: darken(@brand-primary, ${(rule + index) % 40}%);
  &:hover { .box-shadow(0 ${rule}px ${index}px rgba(0, 0, 0, .${rule % 10})) }
  a { .button-variant(@btn-default-color; @btn-default-bg; @btn-default-border) }
  @media (min-width: @screen-sm-min) { float: left; .img-retina("/a${rule}.png", "/b.png", ${rule}px, 20px) }
}`,
  )
  return `@import "bootstrap/variables"; @import "bootstrap/mixins";\n${rules.join('\n')}\n`
}

/**
 * Node, Vite and its config are in both times. Two processes on two cores are not twice as fast: each needs some ten sheets to become as fast
 * as it gets; one process alone keeps 1.4 cores busy, since the engine optimizes and collects beside it; PostCSS and minifying are done in
 * the process that has asked.
 */
for (const [what, count, make] of [
  [
    'on bootstrap',
    40,
    (index: number) => `@import "bootstrap/bootstrap";\n.n${index} { top: 0 }\n`,
  ],
  ['of their own', 12, own],
] as const) {
  const many = Array.from(
    { length: count },
    (_, index) => `${what.replaceAll(' ', '-')}${index}.less`,
  )
  for (const [index, name] of many.entries()) fs.writeFileSync(path.join(root, name), make(index))
  describe(`${count} sheets ${what}`, () => {
    for (const together of [false, true]) {
      bench(
        together ? 'together' : 'one after another',
        async () => {
          fs.rmSync(cache, { recursive: true, force: true })
          await render(many, together)
        },
        ONE_RUN,
      )
    }
  })
}

/** The engine compiles what less does most over some ten sheets. */
const WARM = { iterations: 30, time: 0, warmupIterations: 15, warmupTime: 0 }

/** Edits, each another, in a process that has rendered the sheet before: a variable takes a whole rendering, a ruleset does not. */
for (const [what, name, from, to] of [
  ['variable', 'variables', '#428bca', (edit: number) => `#42${1000 + (edit % 9000)}`],
  ['ruleset', 'wells', 'min-height: 20px', (edit: number) => `min-height: ${20 + edit}px`],
] as const) {
  describe(`after an edit of a bootstrap ${what}`, async () => {
    const file = path.join(root, 's0.less')
    const partial = path.join(root, `bootstrap/${name}.less`)
    const text = fs.readFileSync(partial, 'utf8')
    const less = await loadImplementation('less', root)
    const ours = new Sheets({
      options: resolveOptions({}),
      root,
      roots: [root],
      cacheDir: undefined,
      sourceMap: false,
      resident: true,
      warn: () => {},
    })
    let edits = 0
    const edit = (): void => fs.writeFileSync(partial, text.replace(from, to(edits++)))
    bench(
      'less.render, warm',
      async () => {
        edit()
        await (less.less as Less).render(fs.readFileSync(file, 'utf8'), { filename: file })
      },
      WARM,
    )
    bench(
      'ours',
      async () => {
        edit()
        await ours.compile(file)
      },
      WARM,
    )
  })
}

/** The same between runs, as `kovu css` has it: a process for each, Node, Vite and its config in both times. */
describe('after an edit of a bootstrap ruleset, in a new process', () => {
  const partial = path.join(root, 'bootstrap/wells.less')
  const text = fs.readFileSync(partial, 'utf8')
  let edits = 0
  const edit = (): void =>
    fs.writeFileSync(partial, text.replace('min-height: 20px', `min-height: ${20 + edits++}px`))
  for (const [title, isKept] of [
    ['nothing cached', false],
    ['the sheet as it was', true],
  ] as const) {
    bench(
      title,
      async () => {
        if (!isKept) fs.rmSync(cache, { recursive: true, force: true })
        edit()
        await render(['s0.less'])
      },
      { ...ONE_RUN, iterations: 5, warmupIterations: 1 },
    )
  }
})

describe('minify bootstrap', () => {
  const css = fs.readFileSync(path.join(bootstrap, 'dist/css/bootstrap.css'), 'utf8')
  for (const minifier of ['lightningcss', 'yui', 'yui-exact'] as const) {
    bench(minifier, async () => {
      await minify({ css, file: '/bootstrap.css', minifier, legacyHacks: 'keep', root: lessDir })
    })
  }
})
