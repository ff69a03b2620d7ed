import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gnuM4 } from './support/gnu.ts'
import { failure, project, render } from './support/project.ts'

const base = "define(`__DATABASE_HOST__', `localhost')define(`__PORT__', 80)\n"

/** The error of a template that is named `name`; the old file must stay. */
async function errorOf(
  name: string,
  template: string,
  options: Parameters<typeof render>[1] = {},
  definitions = base,
): Promise<Awaited<ReturnType<typeof failure>> & { where: string }> {
  const site = project({
    'm4/base.m4': definitions,
    [`m4/${name}.m4`]: template,
    [name]: 'the old file',
  })
  const error = await failure(() => render(site, options))
  expect(site.read(name)).toBe('the old file')
  const { loc, id = '' } = error
  return {
    ...error,
    message: error.message,
    where: `${id.replace(`${site.root}/`, '')}:${loc?.line}:${loc?.column}`,
  }
}

describe('a name that is left is an error', () => {
  test('where it stands, with the nearest name there is', async () => {
    const error = await errorOf('a.conf', 'one\n  host __DATABASE_HOTS__;\n')
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_UNDEFINED', where: 'm4/a.conf.m4:2:7' })
    expect(error.message).toMatch(
      /`__DATABASE_HOTS__` is not defined; did you mean `__DATABASE_HOST__`\?/,
    )
    expect(error.message).toMatch(/m4\/a\.conf\.m4:2:8$/)
    expect(error.frame).toBe('1  |  one\n2  |    host __DATABASE_HOTS__;\n   |         ^\n3  |  ')
  })

  test('in the definitions, if it comes from there', async () => {
    const error = await errorOf('a.txt', '__URL__', {}, "define(`__URL__',\n  `http://__NO__/')")
    expect(error.where).toBe('m4/a.txt.m4:1:0')
    expect(error.message).toContain('`__NO__` is not defined')
  })

  test('in an include', async () => {
    const site = project({
      'm4/base.m4': base,
      'm4/part.inc': '\nx __HOTS__',
      'm4/a.txt.m4': "one builtin(`include', `part.inc')",
    })
    const error = await failure(() => render(site))
    expect(error).toMatchObject({ id: site.file('m4/part.inc'), loc: { line: 2, column: 2 } })
  })

  test.each([
    ['behind a #', "a = '#__PORT__'\n", 'stands behind `#`'],
    ['in a longer word', 'x__PORT__y', 'part of the longer word `x__PORT__y`'],
    ['in quotes', "``__PORT__''", 'is it in quotes?'],
    ['as a bare literal', '__JSON__', 'the quoted name of a setting'],
  ])('and the reason is told: %s', async (_, template, message) => {
    expect((await errorOf('a.txt', template)).message).toContain(message)
  })

  test('but not in a comment of its own line', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.txt.m4': '# __ANYTHING__\n  # __PORT__\n' })
    await render(site)
    expect(site.read('a.txt')).toBe('# __ANYTHING__\n  # __PORT__\n')
  })

  test.skipIf(gnuM4 === undefined)('also by the system’s m4', async () => {
    const error = await errorOf('a.txt', '__PORT__\n\nx __POTR__', { m4: gnuM4 ?? '' })
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_UNDEFINED', where: 'm4/a.txt.m4:3:2' })
    expect(error.message).toContain('`__PORT__`')
  })
})

describe('what a program reads is parsed before it replaces the old file', () => {
  test.each([
    ['a comma too many', '{\n  "a": 1,\n}', 'm4/a.json.m4:3:0', 'a string in double quotes'],
    ['a missing quote', '{\n  "a": "x\n}', 'm4/a.json.m4:2:7', 'does not end'],
    ['a word', '{ "a": True }', 'm4/a.json.m4:1:7', 'a value is missing'],
    ['nothing', '', 'm4/a.json.m4:1:0', 'a value is missing'],
    ['two values', '{} {}', 'm4/a.json.m4:1:3', 'follows its end'],
    ['no colon', '{ "a" 1 }', 'm4/a.json.m4:1:6', 'a colon'],
    ['a quote in a value', '["__V__"]', 'm4/a.json.m4:1:2', 'a comma or `]`'],
  ])('JSON with %s', async (_, template, where, message) => {
    const error = await errorOf('a.json', template, {}, "define(`__V__', `a\"b')")
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_INVALID', where })
    expect(error.message).toContain(message)
  })

  test('JSON that is not UTF-8', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.json.m4': Buffer.from('["\xff"]', 'latin1') })
    expect(await failure(() => render(site))).toMatchObject({ pluginCode: 'M4_SETTINGS_INVALID' })
  })

  test('deep JSON ends too', async () => {
    expect((await errorOf('a.json', '['.repeat(20_000))).pluginCode).toBe('M4_SETTINGS_INVALID')
  })

  test('Python', async () => {
    const error = await errorOf('a.py', 'import os\n\nPORT = __PORT__ +\nX = 1\n')
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_INVALID' })
    expect(error.where).toMatch(/^m4\/a\.py\.m4:3:/)
    expect(error.message).toContain('the rendered Python is invalid: invalid syntax')
  })

  test('Python is compiled, not run, and leaves nothing behind', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.py.m4': "open('ran', 'w')\n" })
    await render(site)
    expect(site.run('ls').split('\n')).toEqual(['a.py', 'm4', ''])
  })

  test('`python: false` leaves Python unread', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.py.m4': 'not Python at all' })
    await render(site, { python: false })
    expect(site.read('a.py')).toBe('not Python at all')
  })

  test('a Python that is none, or that fails, is an error', async () => {
    const missing = await errorOf('a.py', 'x = 1', { python: 'no-such-python' })
    expect(missing).toMatchObject({ pluginCode: 'M4_SETTINGS_COMMAND' })
    const failing = await errorOf('a.py', 'x = 1', { python: '/bin/false' })
    expect(failing).toMatchObject({ pluginCode: 'M4_SETTINGS_COMMAND' })
  })
})

describe('an error shows no secret', () => {
  const secret = "define(`__DB_PASSWORD__', `hunter2')\n"

  test('in its frame', async () => {
    const error = await errorOf('a.txt', 'x', {}, `${secret}define(\`__A__', \`\n`)
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_SYNTAX', where: 'm4/base.m4:2:16' })
    expect(error.frame).toContain("define(`__DB_PASSWORD__', ***")
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test.each(['a.json', 'a.py'])('of %s', async (name) => {
    const error = await errorOf(name, '{ "a": "__DB_PASSWORD__ }', {}, secret)
    expect(error.pluginCode).toBe('M4_SETTINGS_INVALID')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe('what is not there, or is wrong', () => {
  test('base.m4', async () => {
    const error = await failure(() => render(project({})))
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_MISSING' })
  })

  test('the mode', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/staging.m4': '' })
    const error = await failure(() => render(site, {}, 'stagign'))
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_MODE' })
    expect(error.message).toContain('Did you mean `--mode staging`?')
    await render(site, {}, 'production')
  })

  test('a system’s m4', async () => {
    const error = await errorOf('a.txt', 'x', { m4: '/no/such/m4' })
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_COMMAND' })
  })

  test('a system’s m4 that fails says why', async () => {
    const error = await errorOf('a.txt', '`x', { m4: gnuM4 ?? '/usr/bin/m4' })
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_COMMAND' })
    expect(error.message).toContain('end of file in string')
  })

  test('a public name that is not defined', async () => {
    const error = await errorOf('a.txt', 'x', { public: ['__PROT__'] })
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_UNDEFINED' })
    expect(error.message).toContain('did you mean `__PORT__`?')
  })

  test.each([
    [{ outputs: { 'b.txt.m4': 'b' } }, 'which is no file in'],
    [{ outputs: { 'a.txt.m4': 'm4/a.txt' } }, 'among the sources'],
    [{ dirs: 'm4' }, 'did you mean `dir`?'],
    [{ dir: '' }, 'expected a path'],
    [{ builtins: 'none' }, 'expected "sealed" | "all"'],
    [{ env: ['a b'] }, 'cannot be the name of a setting'],
  ])('options %j', async (options: object, message) => {
    const error = await errorOf('a.txt', 'x', options)
    expect(error.message).toContain(message)
  })

  test('two templates for one file', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.txt.m4': '', 'm4/b.txt.m4': '' })
    const error = await failure(() => render(site, { outputs: { 'a.txt.m4': 'b.txt' } }))
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_OPTION' })
    expect(error.message).toContain('would both become')
  })

  test('a folder in the place of the file, with nothing left behind', async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.txt.m4': 'x', 'a.txt/keep': 'kept' })
    const error = await failure(() => render(site))
    expect(error.message).toContain('a.txt')
    expect(readFileSync(site.file('a.txt/keep'), 'utf8')).toBe('kept')
    expect(site.run('ls', '-A').split('\n')).toEqual(['a.txt', 'm4', ''])
  })
})
