// @ts-check
/** What a browser loads. */
import { gzipSync } from 'node:zlib'
import { minifySync } from 'vite'
import { emitAmdFile, emitEsm, PACKAGED } from '../../plugins/hulk-amd/dist/output/index.js'
import { parseTemplate } from '../../plugins/hulk-amd/dist/template/index.js'
import { round } from './measure.mjs'
import { wrapping } from './peers.mjs'
import { alike, many, varied } from './templates.mjs'

/** Texts of templates that differ in every word weigh what they weigh: no code can be smaller than its template's own text. */
export function measureSizes() {
  const gzip = (/** @type {string} */ text) => gzipSync(text).length
  const small = (/** @type {string} */ code) => minifySync('x.js', code, { module: true }).code
  for (const [name, make] of /** @type {const} */ ([
    ['varied', varied],
    ['alike', alike],
  ])) {
    const sources = many(1000, make)
    const templates = sources.map((text) => parseTemplate(text))
    const hulkFiles = templates.map((one) => emitAmdFile(one, wrapping).text)
    const esm = templates.map((one) => emitEsm(one, { names: PACKAGED, partials: new Map() }).text)
    const bundle = esm
      .map((code, n) => code.replace(/^import.*\n/, '').replaceAll('template', `t${n}`))
      .map((code) => code.replace(/export.*\n/, ''))
      .join('')
    const ours = small(`${bundle}export { ${esm.map((_, n) => `t${n}`).join()} }`)
    const hulkGzip = gzip(hulkFiles.join('\n'))
    const each = (/** @type {string[]} */ list) => list.reduce((sum, code) => sum + gzip(code), 0)
    console.log(`1,000 ${name} templates, bytes gzipped:`, {
      hulk: hulkGzip,
      ours: gzip(ours),
      ratio: round(gzip(ours) / hulkGzip),
      'the sources alone': round(gzip(sources.join('\n')) / hulkGzip),
      'each alone': round(each(esm.map(small)) / each(hulkFiles)),
    })
  }
}
