import { statSync, symlinkSync, utimesSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { m4Settings } from '../src/index.ts'
import { gnuM4 } from './support/gnu.ts'
import { bundle, failure, project, render, serve } from './support/project.ts'

const base = "define(`__HOST__', `localhost')define(`__URL__', `http://__HOST__/')\n"

describe('an error', () => {
  const files = {
    'm4/base.m4': "define(`__DB_PASSWORD__', `hunter2-hunter2')\ndefine(`__HOST__",
    'm4/a.json.m4': '1',
  }
  const place = /m4\/base\.m4:2:8/

  test('that ends Vite is printed once, with its code and the lines around the place', async () => {
    const site = project(files)
    const error = await failure(() => serve(site))
    const printed = inspect(error)
    expect(printed.match(/end of file in string/g)).toHaveLength(1)
    expect(printed.split('\n')[0]).toBe('end of file in string (M4_SETTINGS_SYNTAX)')
    expect(printed).toMatch(place)
    expect(printed).toContain('2  |  define(`__HOST__')
    expect(printed).not.toMatch(/\n +at |hunter2/)
    expect(error).toMatchObject({
      pluginCode: 'M4_SETTINGS_SYNTAX',
      cause: { code: 'M4_SETTINGS_SYNTAX', place: { line: 2 } },
    })
  })

  test('that ends a build is printed once by the bundler', async () => {
    // The files of an earlier run are there, so the error waits for who needs the settings.
    const site = project({ ...files, 'a.json': '1', 'main.js': 'export {}' })
    const error = await failure(() => bundle(site))
    expect(error.message.match(/end of file in string/g)).toHaveLength(1)
    expect(error.message).toMatch(place)
    expect(error.message).not.toMatch(/Caused by|\n +at /)
    expect(error).toMatchObject({
      errors: [{ pluginCode: 'M4_SETTINGS_SYNTAX', loc: { line: 2 } }],
    })
  })

  test('in an option is a sentence', async () => {
    const error = await failure(async () => m4Settings({ builtins: 'no' as 'all' }))
    expect(inspect(error)).toMatch(/^m4-settings: .*builtins.* \(M4_SETTINGS_OPTION\)$/)
  })
})

describe('layers', () => {
  const files = {
    'm4/base.m4': base,
    'm4/production.m4': "define(`__HOST__', `drund.com')",
    'm4/production.local.m4': "define(`__HOST__', `10.0.0.1')",
    'm4/url.txt.m4': '__URL__',
  }

  test('a value made of others follows what overrides them', async () => {
    const site = project({ ...files, 'm4/production.local.m4': '' })
    await render(site)
    expect(site.read('url.txt')).toBe('http://localhost/')
    await render(site, {}, 'production')
    expect(site.read('url.txt')).toBe('http://drund.com/')
  })

  test('<mode>.local.m4 comes last', async () => {
    const site = project(files)
    await render(site, {}, 'production')
    expect(site.read('url.txt')).toBe('http://10.0.0.1/')
  })

  test('any text is a template: nginx, a unit, a file in a folder', async () => {
    const site = project({
      'm4/base.m4': base,
      'm4/nginx.conf.m4':
        '# for __HOST__ only\nserver_name __HOST__;\nproxy_set_header Host $host;\n',
      'm4/worker.service.m4': '[Service]\nExecStart=/usr/bin/env HOST=__HOST__\n',
      'm4/skipped.txt.m4': '__NOT_DEFINED__',
      'm4/apps/a.conf.m4': '__HOST__',
    })
    await render(site, {
      outputs: {
        'worker.service.m4': 'deploy/units/worker.service',
        'skipped.txt.m4': false,
        'apps/a.conf.m4': 'deploy/a.conf',
      },
    })
    expect(site.read('nginx.conf')).toBe(
      '# for __HOST__ only\nserver_name localhost;\nproxy_set_header Host $host;\n',
    )
    expect(site.read('deploy/units/worker.service')).toContain('HOST=localhost')
    expect(site.read('deploy/a.conf')).toBe('localhost')
    expect(site.exists('skipped.txt')).toBe(false)
  })

  test('a template has the lines it has, whatever the definitions print', async () => {
    const site = project({
      'm4/base.m4': `\n\nnoise\n${base}\n\n`,
      'm4/a.txt.m4': 'one\n__HOST__\n',
    })
    await render(site)
    expect(site.read('a.txt')).toBe('one\nlocalhost\n')
  })

  test('an include is found in the folder and in `include`', async () => {
    const site = project({
      'm4/base.m4': "include(`ports.m4')include(`hosts.m4')",
      'm4/ports.m4': "define(`__PORT__', 80)",
      'common/hosts.m4': "define(`__HOST__', `h')",
      'm4/a.txt.m4': '__HOST__:__PORT__',
    })
    const { inputs } = await render(site, { include: ['common'] })
    expect(site.read('a.txt')).toBe('h:80')
    expect(inputs).toEqual(
      expect.arrayContaining(['m4/ports.m4', 'common/hosts.m4', 'm4/development.m4']),
    )
  })
})

test('the files are there before other plugins configure themselves', async () => {
  const site = project({ 'm4/base.m4': base, 'm4/url.txt.m4': '__URL__' })
  let seen = ''
  const asks = { name: 'asks-django', config: () => void (seen = site.read('url.txt')) }
  await serve(site, {}, { plugins: [asks] })
  expect(seen).toBe('http://localhost/')
})

describe('what the words of Python and JSON are', () => {
  const python = `import os
here = os.path.dirname(__file__)
text = '{} {}'.format('a', len('abc'))
at = 'abc'.index('c')
include = eval('1')
unix = translit = shift = substr = incr = define = None
x = [len(__HOST__), '__line__']
`

  test('a template keeps them', async () => {
    const site = project({
      'm4/base.m4': base,
      'm4/a.py.m4': python.replace('__HOST__', `'__HOST__'`),
    })
    await render(site)
    expect(site.read('a.py')).toBe(python.replace('__HOST__', `'localhost'`))
  })

  test('definitions have them all', async () => {
    const site = project({
      'm4/base.m4': "define(`__PORT__', eval(8000 + 1))define(`__N__', `len(__PORT__)')",
      'm4/a.txt.m4': "__PORT__ __N__ len(abc) builtin(`len', `abc')",
    })
    await render(site)
    expect(site.read('a.txt')).toBe('8001 4 len(abc) 3')
  })

  test("`builtins: 'all'` makes them macros", async () => {
    const site = project({ 'm4/base.m4': base, 'm4/a.txt.m4': 'len(__HOST__) __file__' })
    await render(site, { builtins: 'all' })
    expect(site.read('a.txt')).toBe('9 m4/a.txt.m4')
  })
})

test.skipIf(gnuM4 === undefined)('the system’s m4 has its shell, if it is asked for', async () => {
  const site = project({
    'm4/base.m4': "define(`__WHO__', esyscmd(`printf somebody'))",
    'm4/a.txt.m4': '__WHO__ __file__ len(x)\n',
  })
  await render(site, { m4: gnuM4 ?? '' })
  expect(site.read('a.txt')).toBe('somebody __file__ len(x)\n')
  await render(site, { m4: gnuM4 ?? '', builtins: 'all' })
  expect(site.read('a.txt')).toMatch(/^somebody \S*a\.txt\.m4 1\n$/)
  expect(await failure(() => render(site))).toMatchObject({ pluginCode: 'M4_SETTINGS_REFUSED' })
})

describe('environment variables', () => {
  const files = {
    'm4/base.m4': base,
    'm4/a.json.m4': '{ "host": __JSON__(`__HOST__\'), "url": "__URL__" }',
  }
  const set = (name: string, value: string): void => {
    process.env[name] = value
    onTestFinished(() => {
      delete process.env[name]
    })
  }

  test('override listed names, and what is made of them', async () => {
    const site = project(files)
    set('__HOST__', 'from.env')
    await render(site)
    expect(JSON.parse(site.read('a.json'))).toMatchObject({ host: 'localhost' })
    const { inputs } = await render(site, { env: ['__HOST__'] })
    expect(JSON.parse(site.read('a.json'))).toEqual({ host: 'from.env', url: 'http://from.env/' })
    expect(inputs.map((each) => each.replace(/.*env:/, 'env:'))).toContain('env:__HOST__')
  })

  test('may have other names, and hold anything', async () => {
    const site = project(files)
    set('DRUND_HOST', `a'b\`c $1 __URL__ len(x) # "`)
    site.write('m4/a.json.m4', "__JSON__(`__HOST__')")
    await render(site, { env: { __HOST__: 'DRUND_HOST' } })
    expect(JSON.parse(site.read('a.json'))).toBe(`a'b\`c $1 __URL__ len(x) # "`)
  })

  test.skipIf(gnuM4 === undefined)('reach the system’s m4, or are refused', async () => {
    const site = project({ ...files, 'm4/a.json.m4': '{ "url": "__URL__" }' })
    set('__HOST__', 'from.env')
    const options = { env: ['__HOST__'], m4: gnuM4 ?? '' }
    await render(site, options)
    expect(site.read('a.json')).toBe('{ "url": "http://from.env/" }')
    process.env['__HOST__'] = "a'b"
    const error = await failure(() => render(site, options))
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_COMMAND' })
    expect(error.message).not.toContain("a'b")
  })
})

describe('files are replaced', () => {
  const files = { 'm4/base.m4': base, 'm4/app/.keep': '', 'm4/a.json.m4': '["__HOST__"]' }

  test('readable for the owner alone, and only when they change', async () => {
    const site = project(files)
    const { infos: first } = await render(site)
    const file = site.file('a.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    utimesSync(file, 1, 1)
    expect(first).toEqual(['settings: 1 file, 1 changed'])
    const { infos } = await render(site)
    expect(statSync(file).mtimeMs).toBe(1000)
    expect(infos).toEqual(['settings: 1 file, 0 changed'])
    site.write('m4/base.m4', base.replace('localhost', 'other'))
    await render(site)
    expect(statSync(file).mtimeMs).toBeGreaterThan(1000)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('in one step: whoever has the old one open reads it to its end', async () => {
    const site = project({ ...files, 'a.json': '["old"]' })
    const before = statSync(site.file('a.json')).ino
    await render(site)
    expect(statSync(site.file('a.json')).ino).not.toBe(before)
    expect(site.run('ls', '-A').split('\n')).not.toContainEqual(expect.stringContaining('.tmp'))
  })

  test('where a link points', async () => {
    const site = project({ ...files, 'elsewhere/real.json': '' })
    symlinkSync('elsewhere/real.json', site.file('a.json'))
    await render(site)
    expect(site.read('elsewhere/real.json')).toBe('["localhost"]')
    expect(site.run('readlink', 'a.json')).toBe('elsewhere/real.json\n')
  })

  test('all or none', async () => {
    const site = project({ ...files, 'm4/z.txt.m4': '__HOTS__', 'a.json': '["old"]' })
    await failure(() => render(site))
    expect(site.read('a.json')).toBe('["old"]')
  })
})

describe('secrets in tracked files', () => {
  const files = {
    'm4/base.m4':
      "define(`__DATABASE_PASSWORD__', `hunter2secret')define(`__PORT__', 80)\ndefine(`__API_KEY__', `')",
    'm4/development.local.m4': "define(`__API_KEY__', `x')",
    'm4/a.txt.m4': '__PORT__',
  }

  test('are warned of by name, not by value', async () => {
    const site = project(files)
    site.run('git', 'init', '-q')
    site.run('git', 'add', 'm4/base.m4')
    expect((await render(site)).warnings).toEqual([
      '[m4-settings] m4/base.m4:1 holds __DATABASE_PASSWORD__, and git tracks it; keep secrets in <mode>.local.m4 or in the environment (`env`)',
    ])
  })

  test('as are rendered files and local layers that git tracks', async () => {
    const site = project(files)
    await render(site)
    site.run('git', 'init', '-q')
    site.run('git', 'add', 'a.txt', 'm4/development.local.m4')
    const { warnings } = await render(site)
    expect(warnings).toHaveLength(3)
    expect(warnings.join('\n')).toMatch(/a\.txt is rendered[^]*development\.local\.m4 is for this/)
    expect(warnings.join('\n')).not.toContain('hunter2')
  })

  test('are no matter outside of git, and where git ignores them', async () => {
    const site = project({ ...files, '.gitignore': '*' })
    expect((await render(site)).warnings).toEqual([])
    site.run('git', 'init', '-q')
    expect((await render(site)).warnings).toEqual([])
  })
})
