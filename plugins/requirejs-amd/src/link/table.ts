/**
 * The table form of a layer: every id once, with its factory; dependencies as short numbers; and a prologue that turns
 * them into `define(id, deps, factory)` calls. It runs wherever such calls run (RequireJS, almond, our loader);
 * its ids and numbers are what makes a layer of many small modules smaller than r.js's.
 */
import { deflateRawSync } from 'node:zlib'

/** A module that fits the table. */
export interface TableRow {
  readonly id: string
  /** Ids as `define` is to be given them. */
  readonly deps: readonly string[]
}

/**
 * The text around the rows of a table: `before`, then id and factory of each row, all joined by commas, then `after`. An
 * id stands beside its factory because the two share words: gzip looks back 32 kB only.
 */
export interface TableFrame {
  readonly before: string
  readonly after: string
}

/** Code of the first character; 34 is the double quote. */
const FIRST = 35
/** So many characters end a number; the next one is the backslash, and those behind it say that more follows. */
const FINAL = 57
/** So many characters continue a number: those between the backslash and DEL. */
const MORE = 34
/** Numbers of often named ids that are tried, the smallest result wins. */
const HOT_COUNTS = [0, 8, 20, 40, 80]
/** An id is worth a number of its own from this many mentions. */
const HOT_MENTIONS = 3

/**
 * Lays out the rows as a table.
 *
 * @param rows The modules, in the order in which they are to be defined. Ids are distinct.
 * @param define What `define` is called.
 * @returns The text before the first factory and after the last.
 */
export function tableFrame(rows: readonly TableRow[], define = 'define'): TableFrame {
  const ids = rows.map((row) => row.id)
  const index = new Map(ids.map((id, at) => [id, at]))
  for (const row of rows) {
    for (const dep of row.deps) {
      if (!index.has(dep)) {
        index.set(dep, ids.length)
        ids.push(dep)
      }
    }
  }
  const deps = rows.map((row) => row.deps.map((dep) => index.get(dep) ?? 0))
  const others = ids.slice(rows.length)
  const separator = freeSeparator(others)
  return {
    before:
      `(function(f,x,d){function r(s){for(var o=[],v=0,k=0,c;k<s.length;)c=s.charCodeAt(k++)-${FIRST},` +
      `c<${FINAL}?(o.push(v*${FINAL}+c),v=0):v=v*${MORE}+c-${FINAL + 1};return o}` +
      `d=d.split(" ");for(var i=[],h=r(d.shift()),n=h.length,k=0,t,j,a;k<f.length;k+=2)i.push(f[k]);` +
      `if(x)i=i.concat(x.split(${quote(separator)}));` +
      `for(t=i.length,k=0;k*2<f.length;k++){for(a=r(d[k]),j=0;j<a.length;j++)` +
      `a[j]=i[a[j]<n?h[a[j]]:(k+n-1-a[j]+t)%t];${define}(i[k],a,f[k*2+1])}})([\n`,
    after: `\n],${quote(others.join(separator))},${quote(shortest(deps, ids.length))});\n`,
  }
}

/** The numbers of all rows as one text: often named ids, a blank, then a word for each row. */
function shortest(deps: readonly (readonly number[])[], total: number): string {
  const mentions = new Map<number, number>()
  for (const id of deps.flat()) mentions.set(id, (mentions.get(id) ?? 0) + 1)
  const often = [...mentions]
    .filter(([id, count]) => count >= HOT_MENTIONS || id >= deps.length)
    .sort((a, b) => b[1] - a[1])
    .map(([id]) => id)
  let best: { text: string; size: number } | undefined
  for (const count of HOT_COUNTS) {
    const hot = often.filter((id, rank) => rank < count || id >= deps.length)
    const text = encode(deps, hot, total)
    const size = deflateRawSync(text).length
    if (best === undefined || size < best.size) best = { text, size }
    if (count >= often.length) break
  }
  return best?.text ?? ''
}

function encode(
  deps: readonly (readonly number[])[],
  hot: readonly number[],
  total: number,
): string {
  const rank = new Map(hot.map((id, at) => [id, at]))
  // How far back an id stands is smaller, and repeats more, than where it stands.
  const words = deps.map((list, row) =>
    list
      .map((id) => digits(rank.get(id) ?? hot.length + ((row - 1 - id + total) % total)))
      .join(''),
  )
  return [hot.map(digits).join(''), ...words].join(' ')
}

function digits(value: number): string {
  let text = String.fromCharCode(FIRST + (value % FINAL))
  for (let rest = Math.floor(value / FINAL); rest > 0; rest = Math.floor(rest / MORE)) {
    text = String.fromCharCode(FIRST + FINAL + 1 + (rest % MORE)) + text
  }
  return text
}

function freeSeparator(ids: readonly string[]): string {
  for (const candidate of [' ', ',', '|', '\n']) {
    if (!ids.some((id) => id.includes(candidate))) return candidate
  }
  let code = 1
  while (ids.some((id) => id.includes(String.fromCharCode(code)))) code++
  return String.fromCharCode(code)
}

/**
 * A string as a literal of ES5.
 *
 * @param text Any text.
 * @returns The literal, in double quotes.
 */
export function quote(text: string): string {
  const json = JSON.stringify(text)
  if (!/[\u2028\u2029]|<\//.test(json)) return json
  return json
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll('</', '<\\/')
}
