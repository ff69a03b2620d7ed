import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { askDjango } from '../src/django/ask.ts'
import { resolveOptions, type DjangoStaticOptions } from '../src/options.ts'
import { findInterpreter } from '../src/django/interpreter.ts'
import { Finders } from '../src/finders/finders.ts'
import { runPython } from './support/build.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'
import type { DjangoInfo } from '../src/django/answer.ts'

function ask(
  project: TestProject,
  options: DjangoStaticOptions = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<DjangoInfo> {
  const resolved = resolveOptions({ python: djangoPython(), ...options })
  const interpreter = findInterpreter(resolved, project.root, 'development', env)
  return askDjango(interpreter, project.path('node_modules/.kovu'), env)
}

test('understands a Django that prints while it starts', async () => {
  const project = makeProject({
    settings: "print('welcome')\nimport sys; print('to stderr', file=sys.stderr)",
  })
  const info = await ask(project)
  expect(info.staticUrl).toBe('/static/')
  expect(info.staticRoot).toBe(project.path('staticroot'))
  expect(info.files).toContain(project.path('site_/settings.py'))
  expect(info.files.filter((file) => file.includes('site-packages'))).toEqual([])
})

test('finds what findstatic finds, in the same order', async () => {
  const project = makeProject({
    admin: true,
    dirs: "[('brand', BASE_DIR / 'brand'), BASE_DIR / 'media', ('twice', BASE_DIR / 'media')]",
    files: {
      'media/both.txt': '1',
      'shop/static/both.txt': '2',
      'brand/x.txt': '3',
      'media/brand/x.txt': '4',
      'shop/static/admin/css/base.css': 'hidden by the admin, which is installed first',
      'media/in/deep.txt': '5',
    },
  })
  const finders = new Finders(await ask(project))
  const names = [
    'both.txt',
    'brand/x.txt',
    'admin/css/base.css',
    'twice/both.txt',
    'in/deep.txt',
    'twice/in/deep.txt',
    'gone.txt',
    'admin/js/core.js',
  ]
  const theirs = runPython(
    project.root,
    `import django, json; django.setup()
from django.contrib.staticfiles import finders
print(json.dumps([finders.find(name) for name in ${JSON.stringify(names)}]))`,
  )
  expect(names.map((name) => finders.find(name) ?? null)).toEqual(JSON.parse(theirs))
  for (const name of ['', '.', '..', '../manage.py', '/etc/passwd', 'in//deep.txt', 'in', 'in/']) {
    expect([name, finders.find(name)]).toEqual([name, undefined])
  }
  expect(finders.nameOf(project.path('media/both.txt'))).toBe('both.txt')
  expect(finders.nameOf(project.path('shop/static/both.txt'))).toBeUndefined()
  expect(finders.nameOf(project.path('manage.py'))).toBeUndefined()
})

test('asks a finder of the project’s own for its files', async () => {
  const project = makeProject({
    settings:
      "STATICFILES_FINDERS = ['shop.finder.Own', 'django.contrib.staticfiles.finders.FileSystemFinder']",
    files: {
      'media/a.txt': 'hidden',
      'own/a.txt': 'own',
      'shop/finder.py': `from django.conf import settings
from django.contrib.staticfiles.finders import BaseStorageFinder
from django.core.files.storage import FileSystemStorage
class Own(BaseStorageFinder):
    storage = FileSystemStorage(location=settings.BASE_DIR / 'own')
`,
    },
  })
  const finders = new Finders(await ask(project))
  expect(finders.find('a.txt')).toBe(project.path('own/a.txt'))
})

test('keeps the answer until a settings file or the environment changes', async () => {
  const project = makeProject({
    settings:
      "import os\nSTATIC_URL = os.environ.get('WHERE', '/static/')\nopen(BASE_DIR / 'asked', 'a').write('x')",
  })
  const { readFileSync } = await import('node:fs')
  const asked = (): number => readFileSync(project.path('asked'), 'utf8').length
  await ask(project)
  await ask(project)
  expect(asked()).toBe(1)
  expect((await ask(project, {}, { ...process.env, WHERE: '/elsewhere/' })).staticUrl).toBe(
    '/elsewhere/',
  )
  expect(asked()).toBe(2)
  // The environment is the caller's and that of the mode.
  const env = { development: { WHERE: '/by-mode/' }, production: { WHERE: '/other-mode/' } }
  expect((await ask(project, { env })).staticUrl).toBe('/by-mode/')
  writeFileSync(project.path('site_/urls.py'), 'urlpatterns = []\n\n')
  await ask(project)
  writeFileSync(
    project.path('site_/settings.py'),
    `${readFileSync(project.path('site_/settings.py'), 'utf8')}\nSTATIC_URL = '/changed/'\n`,
  )
  expect((await ask(project)).staticUrl).toBe('/changed/')
})

test('takes the settings of the mode, then the environment, then manage.py', () => {
  const project = makeProject()
  const of = (options: DjangoStaticOptions, env: NodeJS.ProcessEnv): string =>
    findInterpreter(resolveOptions(options), project.root, 'development', env).settings
  expect(of({}, {})).toBe('site_.settings')
  expect(of({}, { DJANGO_SETTINGS_MODULE: 'from.env' })).toBe('from.env')
  expect(of({ settings: 'one' }, { DJANGO_SETTINGS_MODULE: 'from.env' })).toBe('one')
  expect(of({ settings: { development: 'dev', production: 'prod' } }, {})).toBe('dev')
  expect(of({ env: { development: { DJANGO_SETTINGS_MODULE: 'by.mode' } } }, {})).toBe('by.mode')
})

test('takes the virtual environment of the project, else the active one, else python3', () => {
  const project = makeProject()
  const of = (options: DjangoStaticOptions, env: NodeJS.ProcessEnv): readonly string[] =>
    findInterpreter(resolveOptions(options), project.path('sub'), 'development', env).argv
  mkdirSync(project.path('sub'))
  writeFileSync(project.path('sub/manage.py'), "os.environ['DJANGO_SETTINGS_MODULE'] = 'a.b'")
  mkdirSync(project.path('active/bin'), { recursive: true })
  writeFileSync(project.path('active/bin/python'), '')
  expect(of({}, {})).toEqual(['python3'])
  expect(of({}, { VIRTUAL_ENV: project.path('active') })).toEqual([
    project.path('active/bin/python'),
  ])
  mkdirSync(project.path('.venv/bin'), { recursive: true })
  writeFileSync(project.path('.venv/bin/python'), '')
  expect(of({}, { VIRTUAL_ENV: project.path('active') })).toEqual([
    project.path('.venv/bin/python'),
  ])
  expect(of({ python: 'python3.11' }, {})).toEqual(['python3.11'])
  expect(of({ python: 'env/bin/python' }, {})).toEqual([project.path('sub/env/bin/python')])
  expect(of({ python: ['docker', 'exec', 'web', 'python'] }, {})).toEqual([
    'docker',
    'exec',
    'web',
    'python',
  ])
})

const BROKEN: [string, string, (project: TestProject) => DjangoStaticOptions, RegExp, string][] = [
  [
    'no manage.py',
    '',
    () => ({ manage: 'elsewhere/manage.py' }),
    /There is no .*elsewhere\/manage\.py/,
    'DJANGO_STATIC_MANAGE',
  ],
  [
    'a Python that is not there',
    '',
    () => ({ python: '/nowhere/python' }),
    /Python did not start: \/nowhere\/python/,
    'DJANGO_STATIC_PYTHON',
  ],
  [
    'a Python without Django',
    '',
    () => ({ python: ['python3', '-S'] }),
    /has no Django/,
    'DJANGO_STATIC_PYTHON',
  ],
  [
    'a Python that ends',
    '',
    () => ({ python: ['sh', '-c', 'echo it is broken; exit 3'] }),
    /code 3[\s\S]*it is broken/,
    'DJANGO_STATIC_PYTHON',
  ],
  [
    'settings that raise',
    "raise ValueError('no such thing')",
    () => ({}),
    /ValueError: no such thing[\s\S]*site_\/settings\.py:\d+/,
    'DJANGO_STATIC_SETTINGS',
  ],
  [
    'settings with a syntax error',
    'x = = 1',
    () => ({}),
    /SyntaxError[\s\S]*site_\/settings\.py:\d+/,
    'DJANGO_STATIC_SETTINGS',
  ],
  [
    'settings without staticfiles',
    "INSTALLED_APPS = ['shop']",
    () => ({}),
    /does not have 'django\.contrib\.staticfiles'/,
    'DJANGO_STATIC_APP',
  ],
  [
    'settings without STATIC_URL',
    'STATIC_URL = None',
    () => ({}),
    /sets no STATIC_URL/,
    'DJANGO_STATIC_URL',
  ],
]

test.each(BROKEN)(
  'says what to do about %s',
  async (_what, settings, options, message, pluginCode) => {
    const project = makeProject({ settings })
    const failure = await Promise.resolve()
      .then(() => ask(project, options(project)))
      .then(
        () => new Error('it did not fail'),
        (error: Error) => error,
      )
    expect(failure.message).toMatch(message)
    expect(failure).toMatchObject({ pluginCode })
  },
)

test('refuses options it does not have or cannot do', () => {
  expect(() => resolveOptions({ mode: 'both' } as never)).toThrow(/'own' or 'collect', not "both"/)
  expect(() => resolveOptions({ kept: 3 } as DjangoStaticOptions)).toThrow(/no option `kept`/)
  expect(() => resolveOptions({ keep: 0 })).toThrow(/from 1 on, not 0/)
  expect(() => resolveOptions({ python: [] })).toThrow(
    expect.objectContaining({
      pluginCode: 'DJANGO_STATIC_OPTION',
      message: expect.stringContaining('empty `python`'),
    }),
  )
})

test('an unreadable static file is named', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'a' } })
  chmodSync(project.path('media/a.txt'), 0o000)
  const { Tree } = await import('../src/tree/tree.ts')
  const { dialectOf } = await import('../src/tree/references.ts')
  const sources = new Map([['a.txt', { file: project.path('media/gone.txt') }]])
  const tree = new Tree({ sources, dialect: dialectOf('5.2'), staticUrl: '/static/' })
  expect(() => tree.finish('a.txt')).toThrow(
    expect.objectContaining({
      pluginCode: 'DJANGO_STATIC_READ',
      message: expect.stringMatching(/media\/gone\.txt \(a\.txt\) cannot be read/),
    }),
  )
})
