import { expect, test } from 'vitest'
import type { KovuApi } from '@kovu/protocol'
import { runCommand } from './support/commands.ts'
import { makeProject, type ProjectSpec, type TestProject } from './support/project.ts'

const GOOD = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`

/** Plays the LESS plugin. */
const LESS = {
  name: 'fake-less',
  api: {
    kovu: {
      derives: [
        {
          from: '.less',
          to: '.css',
          pipeline: true,
          publish: 'mentioned',
          preferSource: true,
          render: () => Promise.reject(new Error()),
        },
      ],
    } satisfies KovuApi,
  },
}

function run(
  project: TestProject,
  command: string,
  args: string[] = [],
): ReturnType<typeof runCommand> {
  return runCommand(project, command, args, {}, LESS)
}

test('findstatic says who wins and who is shadowed', async () => {
  const project = makeProject({
    files: {
      'media/a.txt': '1',
      'shop/static/a.txt': '2',
      'media/css/a.less': '',
      'media/css/a.css': 'old',
    },
  })
  expect(await run(project, 'findstatic', ['a.txt', 'css/a.css'])).toEqual({
    code: 0,
    said: [
      'a.txt: media/a.txt (django.contrib.staticfiles.finders.FileSystemFinder)',
      '  shop/static/a.txt is shadowed by it',
      'css/a.css: made from media/css/a.less',
      '  media/css/a.css is shadowed by it',
    ],
  })
  expect(await run(project, 'findstatic', ['b.txt'])).toEqual({
    code: 1,
    said: ['No static file has the name b.txt. Did you mean a.txt?'],
  })
  expect((await run(project, 'findstatic')).code).toBe(2)
})

test('doctor has nothing to say about a good project', async () => {
  const project = makeProject({ settings: GOOD, files: { 'media/a.css': 'a{}' } })
  const { code, said } = await run(project, 'doctor')
  expect(code).toBe(0)
  expect(said).toEqual([
    expect.stringMatching(
      /^Django 5\.2\.\d+ \(Python 3\.\d+\.\d+\), settings site_\.settings, STATIC_URL \/static\/$/,
    ),
    'Nothing to complain about.',
  ])
})

const AILMENTS: [string, ProjectSpec, number, RegExp][] = [
  ['no STATIC_ROOT', { settings: `${GOOD}STATIC_ROOT = None` }, 1, /STATIC_ROOT is not set/],
  ['a storage without a manifest', {}, 0, /does not read staticfiles\.json/],
  [
    'a setting that Django no longer reads',
    { settings: `${GOOD}STATICFILES_STORAGE = 'x.Y'` },
    1,
    /STATICFILES_STORAGE, which Django 5\.2/,
  ],
  [
    'sources below STATIC_ROOT',
    {
      settings: GOOD,
      dirs: "[BASE_DIR / 'staticroot' / 'media']",
      files: { 'staticroot/media/a.txt': '' },
    },
    1,
    /lie in each other/,
  ],
  [
    'a folder that is not there',
    { settings: GOOD, dirs: "[BASE_DIR / 'gone']" },
    0,
    /STATICFILES_DIRS names .*gone, which does not exist/,
  ],
  [
    'a shadowed file',
    { settings: GOOD, files: { 'media/a.txt': '1', 'shop/static/a.txt': '2' } },
    0,
    /1 public names have more than one file.*a\.txt/,
  ],
  [
    'names that differ by case',
    { settings: GOOD, files: { 'media/A.txt': '1', 'media/a.txt': '2' } },
    0,
    /differ by case alone/,
  ],
  [
    'a manage.py that insists',
    {
      settings: GOOD,
      files: { 'manage.py': "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.settings'" },
    },
    0,
    /manage\.py sets DJANGO_SETTINGS_MODULE itself/,
  ],
  [
    'WhiteNoise in the wrong place',
    {
      settings: `${GOOD}MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware', 'django.middleware.security.SecurityMiddleware']`,
    },
    0,
    /WhiteNoiseMiddleware stands before/,
  ],
  [
    'a storage that rewrites imports',
    {
      settings: GOOD.replace(
        'django.contrib.staticfiles.storage.ManifestStaticFilesStorage',
        'shop.storage.Own',
      ),
      files: {
        'shop/storage.py': `from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
class Own(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
`,
      },
    },
    0,
    /support_js_module_import_aggregation/,
  ],
]

test.each(AILMENTS)('doctor finds %s', async (_what, spec, code, message) => {
  const result = await run(makeProject(spec), 'doctor')
  expect(result.said.join('\n')).toMatch(message)
  expect(result.said).toHaveLength(2)
  expect(result.code).toBe(code)
})
