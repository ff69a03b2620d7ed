import * as fc from 'fast-check'

/** A top-level statement of a generated file, with what follows it. */
type Text = string

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const color = fc.constantFrom('red', '#abc', '@v1', '@v2', 'fade(@v1, 20%)', 'darken(@v2, 5%)')
const length = fc.constantFrom('1px', '2em', '@n1', '(@n1 * 2)', '(@n2 + 3)', '@n1 !important')

const declaration = fc
  .oneof(
    fc.tuple(fc.constantFrom('color', 'background'), color),
    fc
      .tuple(fc.constantFrom('width', 'margin', '.m-width'), length)
      .map(([p, v]) => (p.startsWith('.') ? ['width', v] : [p, v])),
    fc.constantFrom(
      ['content', '"@{s1} } // { /* "'],
      ['background', "url('x//y.png') no-repeat"],
      ['background', 'url(data:a;base64,//9=)'],
      ['width', '@map[one]'],
      ['~"*zoom"', '1'],
      ['@{p1}-top', '3px'],
      ['filter', "progid:DXImageTransform.Microsoft.gradient(startColorstr='#80000000')"],
      ['background', 'data-uri("p.svg")'],
    ),
  )
  .map(([property, value]) => `${property === '~"*zoom"' ? '*zoom' : property}: ${value};`)

const call = fc.oneof(
  name.map((n) => `.m-${n}();`),
  fc.tuple(name, color).map(([n, c]) => `.p-${n}(${c});`),
  fc.tuple(name, length).map(([n, l]) => `.g-${n}(${l.replace(' !important', '')});`),
  name.map((n) => `.${n}();`),
  name.map((n) => `#ns > .m-${n}();`),
  fc.constantFrom('@d1();', '.loop(2);', '.with({ border: 1px solid @v1 });'),
)

const comment = fc.constantFrom('', '', '', ' /* c */ ', ' // l\n', '\n/* two\nlines */\n', '\n')

const item = fc.oneof(
  { weight: 5, arbitrary: declaration },
  { weight: 2, arbitrary: call },
  {
    weight: 1,
    arbitrary: fc.tuple(name, declaration).map(([n, d]) => `&:hover, .${n} & { ${d} }`),
  },
  { weight: 1, arbitrary: fc.tuple(name, declaration).map(([n, d]) => `.in-${n} { ${d} }`) },
  { weight: 1, arbitrary: declaration.map((d) => `@media (min-width: 10px) { ${d} }`) },
  { weight: 1, arbitrary: fc.constant('@own: 4px; width: @own;') },
  { weight: 1, arbitrary: fc.constant('.own() { color: blue } .own();') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('@v1: green;', '@n1: 8px;', '.m-a() { top: 9px } .a();'),
  },
)

const body = fc
  .array(fc.tuple(item, comment), { minLength: 1, maxLength: 3 })
  .map((items) => items.map(([text, c]) => ` ${text}${c}`).join('\n'))

const selector = fc.oneof(
  { weight: 4, arbitrary: name.map((n) => `.plain-${n}`) },
  { weight: 2, arbitrary: fc.tuple(name, name).map(([a, b]) => `.plain-${a},\n.plain-${b} > a`) },
  { weight: 1, arbitrary: name.map((n) => `.${n}`) },
  { weight: 1, arbitrary: name.map((n) => `.plain-a.target-${n}`) },
  { weight: 1, arbitrary: name.map((n) => `h1.x-${n}:not(.y):hover::before`) },
  { weight: 1, arbitrary: fc.constant('input[type="a;}b"]') },
)

/** What an edit may change, add or remove and be rendered alone. */
const plain: fc.Arbitrary<Text> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(selector, body).map(([s, b]) => `${s} {${b}}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(selector, body, fc.constantFrom('screen', '@phone', '(min-width: @n1)'))
      .map(([s, b, m]) => `@media ${m} { ${s} {${b}} }`),
  },
  { weight: 1, arbitrary: body.map((b) => `@supports (display: grid) { .s {${b}} }`) },
  {
    weight: 1,
    arbitrary: color.map((c) => `@keyframes k { from { color: ${c} } to { color: red } }`),
  },
  { weight: 1, arbitrary: fc.constant('@font-face { font-family: x; src: url(x.woff) }') },
)

/** What others can see. */
const definition: fc.Arbitrary<Text> = fc.oneof(
  fc
    .tuple(fc.constantFrom('v1', 'v2'), fc.constantFrom('red', '#123456', 'blue'))
    .map(([n, v]) => `@${n}: ${v};`),
  fc
    .tuple(fc.constantFrom('n1', 'n2'), fc.constantFrom('1px', '7px'))
    .map(([n, v]) => `@${n}: ${v};`),
  fc.tuple(name, body).map(([n, b]) => `.m-${n}() {${b}}`),
  fc.tuple(name, declaration).map(([n, d]) => `.p-${n}(@c; @d: 1) { color: @c; ${d} }`),
  fc.tuple(name, declaration).map(([n, d]) => `.g-${n}(@x) when (@x > 1px) { ${d} }`),
  fc.tuple(name, declaration).map(([n, d]) => `#ns { .m-${n}() { ${d} } }`),
  fc.tuple(name, body).map(([n, b]) => `.${n} {${b}}`),
  fc
    .tuple(name, name)
    .map(([a, b]) => `.ext-${a}:extend(.target-${b}${a < b ? ' all' : ''}) { top: 0 }`),
  fc.tuple(name, name).map(([a, b]) => `.exu-${a} { &:extend(.target-${b} all); top: 0 }`),
  fc.tuple(name, body).map(([n, b]) => `.@{p1}-${n} {${b}}`),
  fc.tuple(name, body).map(([n, b]) => `.w-${n} when (@n1 > 2px) {${b}}`),
  fc.constantFrom('.m-a();', '.m-b;', '& { .root-x { top: 1px } }', '.setter();', '@d1();'),
)

/** The statements that everything else may count on. */
const BASE = `@v1: red; @v2: blue; @n1: 1px; @n2: 2px; @s1: "s"; @p1: margin; @phone: ~"(max-width: 9px)";
@map: { one: 1px; two: 3px; } // a map since less 3.5
@d1: { outline: 1px; .deep { color: red } }
.loop(@i) when (@i > 0) { .l-@{i} { width: (@i * @n1) } .loop((@i - 1)); }
.with(@rules) { @media print { @rules(); } }
.setter() { @set: 9px; .set { width: @set } }
${['a', 'b', 'c', 'd', 'e', 'f'].map((n) => `.m-${n}() { top: 0 } .p-${n}(@c) { color: @c } .g-${n}(@x) { left: @x } .${n} { right: 0 } #ns { .m-${n}() { bottom: 0 } } .target-${n} { clear: both }`).join('\n')}
`

/** A file: its statements in their order. */
export type File = readonly Text[]

/** A project: the sheet imports the others, which import each other. */
export interface GeneratedProject {
  readonly files: Readonly<Record<string, File>>
}

const statement = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: definition }), comment)
  .map(([text, c]) => text + c)

const file = fc.array(statement, { minLength: 1, maxLength: 6 })

export const projects: fc.Arbitrary<GeneratedProject> = fc
  .tuple(file, file, file, file, fc.boolean(), fc.boolean())
  .map(([sheet, one, two, three, nested, charset]) => ({
    files: {
      'main.less': [
        ...(charset ? ['@charset "utf-8";'] : []),
        '@import "base";',
        '@import "one";',
        ...sheet.slice(0, 2),
        ...(charset ? ['@import url(//x.y/z.css);'] : []),
        '@import (optional) "none";',
        '@import (less) "dir/two.less";',
        '@import "one";',
        ...sheet.slice(2),
      ],
      'base.less': [BASE],
      'one.less': nested ? [...one, '@import (once) "dir/two";', '@import "three";'] : one,
      'dir/two.less': two,
      'three.less': nested ? three : ['.never { top: 0 }'],
    },
  }))

/** What takes a whole rendering wherever in a sheet it is. */
const UNCERTAIN = /@\{|@map|@d1|\.with\(|^& |^\.w-|\.setter/

/** The same project without that: an edit of it may be rendered alone. */
export function certain({ files }: GeneratedProject): GeneratedProject {
  const plain = Object.entries(files).map(([name, file]) => [
    name,
    file.flatMap((text) =>
      name === 'base.less' ? CERTAIN_BASE : text.startsWith('@import') ? text : certainText(text),
    ),
  ])
  return { files: Object.fromEntries(plain) as Record<string, File> }
}

/** A statement, or another in its place. */
export function certainText(text: Text): Text {
  return UNCERTAIN.test(text) ? '.instead { top: @n1 }' : text
}

const CERTAIN_BASE = BASE.split('\n')
  .map((line) => line.replace(/@p1: margin; /, ''))
  .filter((line) => !UNCERTAIN.test(line))
  .concat('.loop(@i) when (@i > 0) { width: @i; .loop((@i - 1)); }')

/** The text of a file. */
export function textOf(statements: File): string {
  return `${statements.join('\n')}\n`
}

/** What happens to one statement of a file. */
export interface GeneratedEdit {
  readonly file: string
  readonly at: number
  readonly how: 'replace' | 'insert' | 'remove' | 'define' | 'blank'
  readonly text: Text
}

export const edits: fc.Arbitrary<GeneratedEdit> = fc
  .constantFrom<GeneratedEdit['how'][]>(
    'replace',
    'replace',
    'insert',
    'insert',
    'remove',
    'blank',
    'define',
  )
  .chain((how) =>
    fc.record({
      file: fc.constantFrom('main.less', 'one.less', 'dir/two.less', 'three.less'),
      at: fc.nat(20),
      how: fc.constant(how),
      text: how === 'define' ? definition : fc.tuple(plain, comment).map(([text, c]) => text + c),
    }),
  )

/** The file after an edit. */
export function edited(statements: File, { at, how, text }: GeneratedEdit): File {
  const index = at % Math.max(statements.length, 1)
  switch (how) {
    case 'insert':
      return [...statements.slice(0, index), text, ...statements.slice(index)]
    case 'remove':
      return statements.filter((_each, number) => number !== index)
    case 'blank':
      return [
        ...statements.slice(0, index),
        '\n/* new */ // and this\n',
        ...statements.slice(index),
      ]
    default:
      return statements.map((each, number) => (number === index ? text : each))
  }
}
