import { type Picture, stateWords } from './node.ts'
import { seconds } from '../progress.ts'
import { drawSvg, escapeXml } from './svg.ts'

/** A page with the picture and a table: `kovu --graph=html > graph.html`. It needs no other file. */
export function drawHtml(pictures: readonly Picture[]): string {
  const rows = pictures.map((one) =>
    [
      one.name,
      one.time === undefined ? '' : seconds(one.time),
      stateWords[one.state],
      one.state === 'stale' ? (one.why ?? '') : '',
      one.inputs === 0 ? '' : String(one.inputs),
      one.outputs === 0 ? '' : String(one.outputs),
      one.help,
    ]
      .map((cell) => `<td>${escapeXml(cell)}</td>`)
      .join(''),
  )
  const heads = ['target', 'last run', 'now', 'why', 'inputs', 'outputs', 'what it does']
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>kovu --graph</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 2rem; color: #1d2733 }
  div { overflow-x: auto }
  table { border-collapse: collapse; margin-top: 2rem }
  th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #dde2e8 }
</style>
<h1>What each target waits for</h1>
<div>
${drawSvg(pictures)}</div>
<table>
<tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row}</tr>`).join('\n')}
</table>
</html>
`
}
