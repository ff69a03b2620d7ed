import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { M4SettingsError, m4 } from '../src/index.ts'
import { gnuM4 } from './support/gnu.ts'
import { project } from './support/project.ts'

/** The located error of a text. */
function errorOf(text: string, options: Parameters<typeof m4>[1] = {}): M4SettingsError {
  try {
    m4(text, options)
  } catch (error) {
    if (error instanceof M4SettingsError) return error
    throw error
  }
  throw new Error('It did not fail.')
}

describe('no command is ever run', () => {
  test.each(['syscmd', 'esyscmd', 'maketemp', 'mkstemp'])(
    '%s is refused where it stands',
    (name) => {
      const site = project({ 'a.txt': '' })
      const error = errorOf(`one\n  ${name}(\`touch ${site.file('made')}XXXXXX')`, {
        file: 'base.m4',
      })
      expect(error.code).toBe('M4_SETTINGS_REFUSED')
      expect(error.place).toEqual({ file: 'base.m4', line: 2, column: 2 })
      expect(error.message).toContain(`m4: '/usr/bin/m4'`)
      expect(readdirSync(site.root)).toEqual(['a.txt'])
    },
  )

  test.each([
    ['builtin', 'builtin(`syscmd', "', `true')"],
    ['indir', 'indir(`esyscmd', "', `true')"],
    ['a new name', 'define(`run', "', defn(`syscmd'))run(`true')"],
  ])('nor by %s', (_, head, rest) => {
    expect(errorOf(head + rest).code).toBe('M4_SETTINGS_REFUSED')
  })
})

describe('include', () => {
  const files = {
    'm4/a.m4': 'A',
    'lib/a.m4': 'not this',
    'lib/b.m4': "B include(`c.m4')",
    'c.m4': 'C',
  }

  test('looks beside the working folder, then along the search path', () => {
    const { root, file } = project(files)
    const read: string[] = []
    const text = m4("include(`a.m4') include(`b.m4') sinclude(`none.m4')|", {
      cwd: root,
      include: [file('m4'), file('lib')],
      watch: (name) => read.push(name),
    })
    expect(text).toBe('A B C |')
    expect(read).toEqual(
      expect.arrayContaining(['m4/a.m4', 'lib/b.m4', 'c.m4', 'none.m4'].map((name) => file(name))),
    )
  })

  test.skipIf(gnuM4 === undefined)('and the search path are those of GNU m4', () => {
    const { root, file, write, run } = project(files)
    write(
      'main.m4',
      "include(`a.m4') include(`b.m4') sinclude(`none.m4')sinclude(`c.m4') __file__ __line__\n",
    )
    expect(
      m4(readFileSync(file('main.m4')), { cwd: root, include: ['m4', 'lib'], file: 'main.m4' }),
    ).toBe(run(gnuM4 ?? 'm4', '-I', 'm4', '-I', 'lib', 'main.m4'))
  })

  test('of a missing file is an error where it stands', () => {
    const error = errorOf("x\ninclude(`none.m4')", { cwd: project({}).root })
    expect(error.code).toBe('M4_SETTINGS_INCLUDE')
    expect(error.place?.line).toBe(2)
    expect(error.message).toContain('none.m4')
  })

  test('of itself ends', () => {
    const { root } = project({ 'loop.m4': "include(`loop.m4')x" })
    expect(errorOf("include(`loop.m4')", { cwd: root }).code).toBe('M4_SETTINGS_LIMIT')
  })
})

describe('what would never end', () => {
  test.each([
    ['a macro that is itself', "define(`a', `a')a"],
    ['a macro that grows', "define(`a', `a a')a"],
    ['a value that doubles', "define(`d', `$1$1')define(`r', `r(d(`$1'))')r(x)"],
    ['an expression in too many parentheses', `eval(${'('.repeat(5e4)}1${')'.repeat(5e4)})`],
    ['a wide format', "define(`a', `format(`%999999d', 1)a')a"],
  ])('%s is an error', (_, text) => {
    expect(errorOf(text).code).toBe('M4_SETTINGS_LIMIT')
  })

  test.each([
    ['a string', 'a\n `b', 2, 1],
    ['an argument list', "a\n\ndefine(`x', (", 3, 0],
    ['a comment', "changecom(`/*', `*/')\n/* x", 2, 0],
  ])('%s is an error at its start', (_, text, line, column) => {
    const error = errorOf(text)
    expect(error.code).toBe('M4_SETTINGS_SYNTAX')
    expect(error.place).toMatchObject({ line, column })
    expect(error.frame).toContain('^')
  })

  test('m4exit with a code is an error, without one the end', () => {
    expect(errorOf('a m4exit(2) b').code).toBe('M4_SETTINGS_EXIT')
    expect(m4('a m4exit b')).toBe('a ')
  })
})

test('takes definitions, reads and writes UTF-8', () => {
  expect(m4("__NAME__ len(`é')", { define: { __NAME__: "Zoë `x' $1" } })).toBe('Zoë x  2')
})

test('two runs know nothing of each other', () => {
  m4("define(`x', 1)changequote([,])divert(2)")
  expect(m4("x `x'")).toBe('x x')
})

test('says what GNU m4 says on stderr', () => {
  const said: string[] = []
  m4("len()\nerrprint(`hello')substr(a)", {
    file: 'base.m4',
    warn: (message, { file, line }) => said.push(`${file}:${line}: ${message}`),
  })
  expect(said).toEqual(['base.m4:2: hello', "base.m4:2: too few arguments to builtin `substr'"])
})
