import { type Picture, stateWords } from './node.ts'
import { seconds } from '../progress.ts'

const fills: Readonly<Record<Picture['state'], string>> = {
  fresh: '#d7efdc',
  stale: '#fbe3c0',
  always: '#e3e6ea',
  group: '#ffffff',
}

/** A graph in the DOT language: `kovu --graph=dot | dot -Tpng > graph.png`. */
export function drawDot(pictures: readonly Picture[]): string {
  const nodes = pictures.map(({ name, state, time, why }) => {
    const label = [name, time === undefined ? '' : seconds(time), stateWords[state]]
      .filter((line) => line !== '')
      .join('\n')
    return `  ${quoted(name)} [label=${quoted(label)}, tooltip=${quoted(why ?? '')}, fillcolor="${fills[state]}"]`
  })
  const edges = pictures.flatMap(({ name, deps }) =>
    deps.map((dep) => `  ${quoted(dep)} -> ${quoted(name)}`),
  )
  return [
    'digraph kovu {',
    '  rankdir=LR',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"]',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n')
}

function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`
}
