import { expect, test } from 'vitest'
import type { Plugin } from 'vite'
import { readTree, runBuild } from './support/build.ts'
import { makeProject } from './support/project.ts'

const STORAGE = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`

/** The codes of an error: Rolldown gathers what plugins throw in `errors`. */
function codesOf(failure: unknown): unknown[] {
  type Coded = { code?: unknown; pluginCode?: unknown; errors?: Coded[] }
  const { code, pluginCode, errors = [] } = failure as Coded
  return [code, pluginCode, ...errors.flatMap(codesOf)]
}

const FAILURES: [string, string, Record<string, string | Uint8Array>, RegExp][] = [
  [
    'a url() that leads nowhere',
    'DJANGO_STATIC_REFERENCE',
    { 'media/css/a.css': 'b{}\na { background: url(../img/lgo.png) }', 'media/img/logo.png': 'x' },
    /url\(\.\.\/img\/lgo\.png\) leads nowhere: no static file has the name img\/lgo\.png\. Did you mean img\/logo\.png\?\n.*media\/css\/a\.css:2:17/,
  ],
  [
    'an @import that leads nowhere',
    'DJANGO_STATIC_REFERENCE',
    { 'media/a.css': '@import "gone.css";' },
    /@import "gone\.css" leads nowhere[\s\S]*a\.css:1:1/,
  ],
  [
    'sheets that import each other',
    'DJANGO_STATIC_CYCLE',
    { 'media/a.css': '@import "b.css";', 'media/b.css': '@import "a.css";' },
    /in a circle.*a\.css → b\.css → a\.css/,
  ],
  [
    'a sheet that is not UTF-8',
    'DJANGO_STATIC_ENCODING',
    { 'media/a.css': Uint8Array.from([0xe9, 0x20]) },
    /media\/a\.css \(a\.css\) is not UTF-8/,
  ],
  [
    'an import that leads nowhere',
    'DJANGO_STATIC_REFERENCE',
    {
      'templates/x.html': `{% load static %}<script type="module" src="{% static 'js/app.js' %}"></script>`,
      'media/js/app.js': '// the page\nimport { a } from "./shred.js"\nconsole.log(a)\n',
      'media/js/shared.js': 'export const a = 1',
    },
    /The import '\.\/shred\.js' leads nowhere: no static file has the name js\/shred\.js\. Did you mean js\/shared\.js\?[\s\S]*js\/app\.js:2:19/,
  ],
  [
    'a module in a folder that no finder knows',
    'DJANGO_STATIC_ENTRY',
    {
      'templates/x.html': `{% load static %}<script type="module" src="{% static 'app.js' %}"></script>`,
      'static/app.js': 'export {}',
    },
    /There is one in .*static, but no finder looks into that folder: name it in STATICFILES_DIRS, as BASE_DIR \/ 'static'/,
  ],
  [
    'a module that is not there',
    'DJANGO_STATIC_ENTRY',
    {
      'templates/x.html': `{% load static %}\n<script type="module" src="{% static 'ap.js' %}"></script>`,
      'media/app.js': '',
    },
    /No static file has the name ap\.js, which is loaded as a module\. Did you mean app\.js\?[\s\S]*x\.html:2/,
  ],
]

test.each(FAILURES)(
  'fails on %s (%s), and publishes nothing',
  async (_what, code, files, message) => {
    const project = makeProject({
      settings: STORAGE,
      files: { ...files, 'staticroot/staticfiles.json': 'old' },
    })
    const failure: unknown = await runBuild(project.root).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringMatching(message) })
    expect(codesOf(failure)).toContain(code)
    expect([...readTree(project.path('staticroot'))]).toEqual([['staticfiles.json', 'old']])
  },
)

test('refuses to build for settings without a STATIC_ROOT', async () => {
  const project = makeProject({ settings: 'STATIC_ROOT = None', files: { 'media/a.txt': 'a' } })
  let worked = false
  const work: Plugin = { name: 'work', renderStart: () => void (worked = true) }
  const failure: unknown = await runBuild(project.root, {}, { plugins: [work] }).catch(
    (error: unknown) => error,
  )
  expect(worked).toBe(false)
  expect(failure).toMatchObject({ message: expect.stringContaining('sets no STATIC_ROOT') })
  expect(codesOf(failure)).toContain('DJANGO_STATIC_ROOT')
})

test('publishes no settings, not even where STATICFILES_DIRS names their folder', async () => {
  const project = makeProject({
    settings: `${STORAGE}STATIC_ROOT = BASE_DIR / '.published'\n`,
    dirs: '[BASE_DIR]',
  })
  const failure: unknown = await runBuild(project.root).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    message: expect.stringMatching(
      /manage\.py would be published, as manage\.py: it is one of the project's own files, and .* names it as a static one/,
    ),
  })
  expect(codesOf(failure)).toContain('DJANGO_STATIC_PRIVATE')
  expect(() => readTree(project.path('.published'))).toThrow(/ENOENT/)
  // What is left out on purpose is left out.
  await runBuild(project.root, { ignore: ['*.py', '*.pyc', 'node_modules'] })
  const published = [...readTree(project.path('.published')).keys()]
  expect(published.filter((name) => /\.py|sqlite/.test(name))).toEqual([])
})

test('a plugin may ask for a file that is not there', async () => {
  const project = makeProject({
    settings: STORAGE,
    files: {
      'templates/x.html': `{% load static %}<script type="module" src="{% static 'app.js' %}"></script>`,
      'media/app.js': 'import "./plain.css"\nconsole.log(1)\n',
      'media/plain.css': 'a { top: 0 }',
    },
  })
  const answers: unknown[] = []
  const asking: Plugin = {
    name: 'asking',
    enforce: 'pre',
    resolveId: {
      filter: { id: /\.css$/ },
      async handler(id, importer) {
        answers.push(await this.resolve(id.replace(/css$/, 'less'), importer))
      },
    },
  }
  await runBuild(project.root, {}, { plugins: [asking] })
  expect(answers).toEqual([null])
  expect([...readTree(project.path('staticroot')).keys()]).toContain('plain.css')
})
