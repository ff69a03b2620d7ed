/**
 * hulk against ours, in one run: `npx vitest bench --project unit bench/hulk-amd --run`.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { minifySync } from 'vite'
import { afterAll, bench, describe } from 'vitest'
import { emitAmdFile, emitEsm } from '../plugins/hulk-amd/src/emit.ts'
import { lint } from '../plugins/hulk-amd/src/lint.ts'
import { mapOf, textOf } from '../plugins/hulk-amd/src/source-map.ts'
import { parseTemplate } from '../plugins/hulk-amd/src/template.ts'
import { apiOf, runTemplates } from '../plugins/hulk-amd/test/support/site.ts'
import { hogan, hulkPath } from '../plugins/hulk-amd/test/support/hogan.ts'

const WRAPPING = { hoganId: 'hogan.js', variable: 'templates' }

/** A template of about 1 kB, no two alike. */
function sample(n: number): string {
  const rows = Array.from(
    { length: 5 },
    (_, row) =>
      `  <li class="row-${row} {{#selected}}is-selected{{/selected}}" data-id="{{id${n % 17}}}">\n` +
      `    <a href="{{url}}">{{title${row}}}</a> {{^empty}}<em>{{{html}}}</em>{{/empty}}\n    {{> row${n % 31} }}\n  </li>\n`,
  )
  return `<h2>{{heading.text${n}}}</h2>\n<ul>\n{{#items}}\n${rows.join('')}{{/items}}\n</ul>\n`
}

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hulk-bench-')))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function project(count: number): string {
  const root = path.join(folder, String(count))
  fs.mkdirSync(path.join(root, 't'), { recursive: true })
  for (let n = 0; n < count; n++) fs.writeFileSync(path.join(root, `t/x${n}.mustache`), sample(n))
  return root
}

const samples = Array.from({ length: 200 }, (_, n) => sample(n))

describe('compile 200 templates', () => {
  bench('hogan.js, asString', () => {
    hogan.cache = {}
    for (const text of samples) hogan.compile(text, { asString: true })
  })
  bench('ours, AMD text', () => {
    for (const text of samples) textOf(emitAmdFile(parseTemplate(text), WRAPPING))
  })
  bench('ours, with warnings and source map', () => {
    for (const text of samples) {
      const template = parseTemplate(text)
      lint(template.tree)
      const pieces = emitAmdFile(template, WRAPPING)
      textOf(pieces)
      mapOf(pieces, 'a.mustache', text, template.shift)
    }
  })
})

for (const count of [1000, 10_000]) {
  describe(`write ${count} templates`, () => {
    const root = project(count)
    const once = { iterations: 2, warmupIterations: 0, warmupTime: 0, time: 0 }
    bench(
      'the hulk process',
      () => {
        const argv = ['--wrapper', 'amd', '--outputdir', path.join(root, 'out'), 't/*.mustache']
        execFileSync(process.execPath, [hulkPath, ...argv], { cwd: root })
      },
      once,
    )
    bench(
      'the templates target, from nothing, in this process',
      async () => {
        fs.rmSync(path.join(root, 'node_modules'), { recursive: true, force: true })
        await runTemplates(await apiOf(root), root)
      },
      once,
    )
  })
}

describe('size, gzipped', () => {
  const minified = (code: string, module: boolean): string =>
    minifySync('x.js', code, { module }).code
  const gzip = (text: string): number => zlib.gzipSync(text).length
  const thousand = Array.from({ length: 1000 }, (_, n) => parseTemplate(sample(n)))
  const amd = thousand.map((one) => textOf(emitAmdFile(one, WRAPPING))).join('\n')
  const esm = thousand
    .map((one, n) =>
      textOf(emitEsm(one, { runtime: 'r', partials: new Map() })).replaceAll('template', `t${n}`),
    )
    .map((code) => code.replace(/^import.*\n/, '').replace(/\nexport.*\n/, '\n'))
    .join('\n')
  const sizes = {
    hulk: gzip(amd),
    hulkMinified: gzip(minified(amd, false)),
    ours: gzip(minified(`${esm}\nexport { ${thousand.map((_, n) => `t${n}`).join()} }`, true)),
  }
  console.log('1000 templates, bytes gzipped:', sizes, 'ratio', sizes.ours / sizes.hulk)
  bench('nothing to measure', () => {}, {
    iterations: 1,
    time: 0,
    warmupTime: 0,
    warmupIterations: 0,
  })
})
