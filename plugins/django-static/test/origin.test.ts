import { describe, expect, test } from 'vitest'
import { DjangoStaticError } from '../src/error.ts'
import { dialectOf } from '../src/tree/references.ts'
import { Tree } from '../src/tree/tree.ts'
import { makeProject } from './support/project.ts'

const LESS = `@import "mixins";
// url(../img/lgo.png) was here before.
.logo {
  .card();
  background: red url( "../img/lgo.png" ) no-repeat;
}
`
/** What the second line of the text is made from: line 5, column 2 of the first source. */
const MAP = JSON.stringify({ version: 3, names: [], sources: ['a.less'], mappings: ';AAIE' })

function thrownBy(work: () => unknown): DjangoStaticError {
  try {
    work()
  } catch (error) {
    if (error instanceof DjangoStaticError) return error
    throw error
  }
  throw new Error('It did not fail.')
}

describe('a url() of a compiled sheet that leads nowhere', () => {
  /** The error of a build's last step. */
  function failure(code: string, more: { map?: string; less?: string; mixins?: string }): string {
    const { less = LESS, mixins = '.card() { color: red }', map } = more
    const project = makeProject({
      files: { 'media/css/a.less': less, 'media/css/mixins.less': mixins },
    })
    const from = project.path('media/css/a.less')
    const files = [from, project.path('media/css/mixins.less')]
    const tree = new Tree({
      sources: new Map([
        ['css/a.css', { content: Buffer.from(code), from, map, files }],
        ['img/logo.png', { content: Buffer.from('x'), from: 'x' }],
      ]),
      dialect: dialectOf('5.2'),
      staticUrl: '/static/',
    })
    const error = thrownBy(() => tree.finish('css/a.css'))
    return `${error.message.replaceAll(project.root, '')}\n${error.frame ?? ''}`
  }

  const made = 'a{}\n.logo{background:red url(../img/lgo.png) no-repeat}'

  test.each([
    ['by its source map', { map: MAP }],
    ['by its source map, which only knows the rule', { map: MAP.replace('IE', 'EA') }],
    ['by its words, where there is no map', {}],
    ['by its words, where the map does not know', { map: MAP.replace(';AAIE', '') }],
  ])('is told at its place in the LESS file: %s', (_, more) => {
    expect(failure(made, more))
      .toBe(`url(../img/lgo.png) leads nowhere: no static file has the name img/lgo.png. Did you mean img/logo.png?
  at /media/css/a.less:5:25
   3 | .logo {
   4 |   .card();
   5 |   background: red url( "../img/lgo.png" ) no-repeat;
     |                         ^
   6 | }
   7 | `)
  })

  test('that came with an import is told in the imported file', () => {
    const less = '@import "mixins";\n.a { .card(); }\n'
    const mixins = '.card() {\n  background: url(x.png);\n}\n'
    expect(failure('.a{background:url(x.png)}', { less, mixins })).toContain(
      '\n  at /media/css/mixins.less:2:19\n',
    )
  })

  test('where only the map knows the declaration, for it is put together, is told there', () => {
    const less = '@dir: "../img";\n\n\n.a {\n  background: url("@{dir}/lgo.png");\n}\n'
    expect(failure(made, { less, map: MAP })).toContain('\n  at /media/css/a.less:5:3\n')
  })

  test('where nothing knows it, is told with the file the sheet was made from, and no wrong line', () => {
    const less = '@dir: "../img";\n.a { background: url("@{dir}/lgo.png"); }\n'
    const said = failure(made, { less })
    expect(said).toContain(
      'url(../img/lgo.png) in css/a.css, made from /media/css/a.less, leads nowhere',
    )
    expect(said).not.toMatch(/less:\d/)
  })
})
