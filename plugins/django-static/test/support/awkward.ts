/** A project's static files: the awkward ones that we know of, and as many more as a random generator makes. */

// In parts, or Vitest would look for the map of this file.
const MAP = ['source', 'MappingURL'].join('')

type Pick = <T>(values: readonly T[]) => T
type Files = Record<string, string | Uint8Array>

/**
 * Files for `makeProject`: names and references that are awkward, none of them broken.
 *
 * @param count How many files.
 * @param seed The same seed gives the same files.
 */
export function awkwardFiles(count: number, seed: number): Files {
  const files = knownFiles()
  const random = mulberry(seed)
  const pick: Pick = (values) => {
    const value = values[Math.floor(random() * values.length)]
    if (value === undefined) throw new Error('there is nothing to pick from')
    return value
  }
  const folders = ROOTS.flatMap((root) =>
    Array.from({ length: 25 }, () => {
      const depth = Math.floor(random() * 4)
      return [root, ...Array.from({ length: depth }, () => word(pick, 2))].join('/')
    }),
  )
  /** Names that a reference can name, by how many sheets may stand behind them: Django gives up after five. */
  const targets: string[][] = [[], [], [], [], []]
  for (let at = Object.keys(files).length; at < count; at += 1) {
    const folder = pick(folders)
    const base = `${folder}/${word(pick, 3)}${at}`
    const kind = random()
    if (kind < 0.3) {
      const level = Math.floor(random() * 4)
      const name = `${base}.css`
      files[name] = sheet(
        name,
        isNameable(folder) ? targets.slice(0, level + 1).flat() : [],
        random,
        pick,
      )
      if (isNameable(name)) targets[level + 1]?.push(name)
    } else if (kind < 0.45) {
      const map = `${base}.js.map`
      files[map] = `{"version":3,"at":${Math.floor(at / 3)}}`
      const comment = `//# ${MAP}=${quote(map.slice(folder.length + 1))}`
      files[`${base}.js`] = random() < 0.5 ? `var a${at}\n${comment}\n` : `var a${at}`
      if (!isNameable(map)) files[`${base}.js`] = `var a${at}`
    } else {
      const name =
        base + pick(['', '.png', '.woff2', '.tar.gz', '.CSS', '.Js', '.mjs', '.svg', '.txt', '.'])
      // Some contents are shared.
      files[name] = `content ${Math.floor(random() * count * 0.7)}`
      if (isNameable(name)) targets[0]?.push(name)
    }
    // What another finder has under the same name is shadowed.
    if (random() < 0.02) files[base.replace(folder, 'shop/static') + '.txt'] = `shadowed ${at}`
  }
  return files
}

const ROOTS = ['media', 'media', 'brand', 'shop/static']
const PARTS =
  'a b c X Y Z 0 1 9 ä ñ e\u0301 𝒳 漢 \uFF5E %20 %2F % # ? + & \' " ( ) , ; = @ [ ] { } $ ! ~x . ..x - _ *'
    .split(' ')
    .concat(' ')

function word(pick: Pick, length: number): string {
  const text = Array.from({ length }, () => pick(PARTS)).join('')
  // Not ignored, and no space where Python strips it.
  return `n${text}n`
}

/** Can a reference to a file of this name be written at all? */
function isNameable(name: string): boolean {
  return !/[%#?'"()]/.test(name)
}

function quote(text: string): string {
  return text.replaceAll(/[^\w./-]/gu, (char) => encodeURIComponent(char))
}

/** A style sheet with references to some of the targets, each written in one of many ways. */
function sheet(name: string, targets: readonly string[], random: () => number, pick: Pick): string {
  const rules: string[] = []
  for (let at = Math.floor(random() * 5); at > 0 && targets.length > 0; at -= 1) {
    const target = pick(targets)
    const path = random() < 0.2 ? `/static/${publicName(target)}` : relativePath(name, target)
    const url =
      (random() < 0.4 ? quote(path) : path) +
      pick(['', '', '', '?v=1.2', '#x', '?#iefix', '?a=b#c'])
    if (target.endsWith('.css')) {
      // A query makes Django forget what the imported sheet refers to: that is in the ledger.
      const plain = url.replace(/[?#].*$/, '')
      rules.push(
        pick([`@import "${plain}";`, `@import url(${plain});`, `@IMPORT '${plain}' screen;`]),
      )
    } else {
      rules.push(
        pick([
          `a{background:url(${url})}`,
          `b{background:url("${url}")}`,
          `c { background : URL( ${url}) }`,
          `d{src:url('${url}') format("x"),url(${url})}`,
          `/* url(${url}) */`,
          `e{content:"url(${url})"}`,
        ]),
      )
    }
  }
  rules.push(
    pick([
      '',
      'f{background:url(data:image/png;base64,AA)}',
      isNameable(name.replace(/[^/]*$/, '')) ? 'g{background:url(#x)}' : '',
      'h{}',
    ]),
  )
  return rules.join(pick(['\n', '', '\r\n', '\u2028']))
}

function publicName(file: string): string {
  return file.replace(/^(?:media|shop\/static)\//, '')
}

function relativePath(from: string, to: string): string {
  const up = publicName(from).split('/').length - 1
  return '../'.repeat(up) + publicName(to)
}

/** A small random generator with a seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The traps that we have met. */
function knownFiles(): Files {
  const files: Files = {
    'media/robots.txt': 'User-agent: *\n',
    'media/noext': 'x',
    'media/two.dots.min.js': 'var a\n',
    'media/ünïcode/ñ.png': 'n',
    'media/astral/𝒳.txt': 'x',
    'media/astral/\uFF5E.txt': 'y',
    'media/with space/a b.png': 'space',
    'media/d/%2F.txt': 'percent',
    'media/per%20cent.png': 'percent20',
    'media/d/quest?ion.txt': 'q',
    'media/d/hash#mark.txt': 'h',
    'media/plus+minus-~!().txt': 'p',
    'media/UPPER.CSS': 'a { background: url(not-followed.png) }',
    'media/upper.css': 'a { top: 0 }',
    'media/Upper.css': 'a { top: 1px }',
    'media/module.mjs': 'import "./nothing.js"\n',
    'media/bytes.bin': Uint8Array.from([0, 255, 254, 10, 13]),
    'media/empty.css': '',
    'media/CVS/Entries': 'ignored',
    'media/.hidden/x.txt': 'ignored',
    'media/.dotfile': 'ignored',
    'media/backup.txt~': 'ignored',
    'media/a.less': 'ignored',
    'media/t/x.mustache': 'ignored',
    'media/shadowed.txt': 'first',
    'shop/static/shadowed.txt': 'second',
    'shop/static/shop/cart.js': `var cart\n//# ${MAP}=cart.js.map\n`,
    'shop/static/shop/cart.js.map': '{"version":3}',
    'shop/static/shop/crlf.js': `var a\r\n//# ${MAP}=cart.js.map\r\nvar b\r\n`,
    'shop/static/shop/inline.js': `var s = "x //# ${MAP}=no.map"\n`,
    'brand/logo.png': 'logo',
    'brand/css/brand.css':
      '.a{background:url(../logo.png)}.b{background:url("/static/shadowed.txt")}',
    'media/img/a.png': 'a',
    'media/img/b.svg': '<svg/>',
    'media/fonts/f.eot': 'eot',
    'media/fonts/f.woff': 'woff',
    'media/css/base.css': 'body{color:red}',
    'media/css/deep/er/x.css':
      '@import "../../base.css";\n@import url(../../base.css) screen;a{b:url(../../../img/a.png)}',
    'media/css/awkward.css': `\uFEFF@charset "utf-8";
@font-face { src: url(../fonts/f.eot); src: url(../fonts/f.eot?#iefix) format("x"), url('../fonts/f.woff?v=1.2#abc') }
a { background: URL(../img/a.png) }
b { background: url(../img/../img/./a.png) }
c { background: url(../img/b.svg#layer/one) }
d { background: url("../with%20space/a%20b.png") }
d { background: url(../with space/a b.png) }
e { background: url(data:image/png;base64,AAAA) }
f { background: url(http://example.com/x.png) }
g { background: url(//example.com/x.png) }
h { background: url(/media/other.png) }
j { background: url(/static/img/a.png) }
k { background: url('/static/img/a.png?x=1') }
l { background: url(../img/) }
m { background: url(../img) }
n { background: url(../ünïcode/ñ.png) }
o { background: url(../%C3%BCn%C3%AFcode/%C3%B1.png) }
/* url(../img/a.png) in a comment */
p { content: "url(../img/a.png)" }
q { background: url(../img/a.png)\u2028; }
@IMPORT 'base.css';
@import\t"deep/er/x.css";
/*# ${MAP}=awkward.css.map */
`,
    'media/css/awkward.css.map': '{}',
    'media/css/not-at-line.css': `a{} /*# ${MAP}=gone.map */`,
  }
  for (let at = 0; at < 120; at += 1) {
    files[`media/many/${at}/file.css`] =
      `a{background:url(../${(at * 7) % 120}/i.png)}${at > 0 ? `@import "../${Math.floor(at / 12)}/file.css";` : ''}`
    files[`media/many/${at}/i.png`] = `image ${at % 40}`
  }
  return files
}
