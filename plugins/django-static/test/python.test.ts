import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { readManifest, readTree, runBuild, runPython } from './support/build.ts'
import { startDev } from './support/dev.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const PYTHON = fileURLToPath(new URL('../python', import.meta.url))
const MANIFEST = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'
const settings = (storage = MANIFEST, version = '5.2'): string => `
${
  version === '3.2'
    ? `STATICFILES_STORAGE = '${storage}'`
    : `STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': '${storage}'},
}`
}
TEST_RUNNER = 'kovu_django.runner.KovuTestRunner'
DATABASES = {}
`
const MODULES = {
  'media/js/app.js': 'import { a } from "./dep.js"\nconsole.log(a)\n',
  'media/js/dep.js': 'export const a = 1\n',
  'media/css/a.css': 'b{background:url(i.png)}',
  'media/css/i.png': 'i',
  'templates/x.html':
    '{% load static %}<script type="module" src="{% static \'js/app.js\' %}"></script>',
}
const SETUP =
  'import django; django.setup()\nfrom django.conf import settings; settings.DEBUG = False\n'

beforeAll(() => {
  const python = djangoPython()
  try {
    execFileSync(python, ['-c', 'import whitenoise, django_vite, pytest_django, brotli'], {
      stdio: 'ignore',
    })
  } catch {
    const names = ['whitenoise', 'brotli', 'django-vite', 'pytest', 'pytest-django']
    execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...names])
  }
})

test('the real WhiteNoise calls what was published immutable, and sends the compressed file', async () => {
  const project = makeProject({
    settings: `${settings()}\nALLOWED_HOSTS = ['*']\nMIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n`,
    files: { ...MODULES, 'media/css/long.css': 'a { color: red }\n'.repeat(100) },
  })
  await runBuild(project.root, { compress: true })
  const { paths } = readManifest(project.path('staticroot'))
  const urls = [paths['js/app.js'], paths['css/a.css'], paths['css/long.css'], 'css/a.css']
  const said = runPython(
    project.root,
    `${SETUP}import json
from django.test import Client
client = Client(headers={'accept-encoding': 'br'})
rows = [client.get('/static/' + url) for url in ${JSON.stringify(urls)}]
print(json.dumps([[r.status_code, r['cache-control'], r.headers.get('content-encoding')] for r in rows]))`,
  )
  const forever = 'max-age=315360000, public, immutable'
  expect(JSON.parse(said)).toEqual([
    [200, forever, null],
    [200, forever, 'br'],
    [200, forever, 'br'],
    [200, 'max-age=60, public', expect.toBeOneOf([null, 'br'])],
  ])
})

test('compresses what WhiteNoise’s own storage compresses, to the same content', async () => {
  const text = 'a { color: red }\n'.repeat(100)
  const noise = Array.from({ length: 900 }, (_, at) => ((at * 7919) % 251).toString(36)).join('')
  const files = {
    'media/css/a.css': text,
    'media/tiny.txt': 'x',
    'media/empty.css': '',
    'media/noise.txt': createHash('sha512').update(noise).digest('base64').repeat(1),
    'media/i.png': text,
    'media/f.WOFF2': text,
    'media/v.svg': `<svg>${text}</svg>`,
    'media/data.json': JSON.stringify(Array.from({ length: 300 }, (_, at) => at)),
  }
  const whitenoise = makeProject({
    settings: settings('whitenoise.storage.CompressedManifestStaticFilesStorage'),
    files,
  })
  whitenoise.manage(['collectstatic', '--noinput', '-v0'])
  const theirs = readTree(whitenoise.path('staticroot'))
  const project = makeProject({ settings: settings(), files })
  await runBuild(project.root, { compress: true })
  const ours = readTree(project.path('staticroot'))
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort())
  const compressed = [...theirs.keys()].filter((name) => /\.(?:br|gz)$/.test(name))
  expect(compressed.length).toBeGreaterThan(8)
  for (const name of compressed) {
    const unpack = name.endsWith('.br') ? brotliDecompressSync : gunzipSync
    const contents = [ours, theirs].map((tree) =>
      unpack(Buffer.from(tree.get(name) ?? '', 'latin1')).toString('latin1'),
    )
    expect([name, contents[0]]).toEqual([name, contents[1]])
  }
})

test('the real django-vite resolves {% vite_asset %} from the manifest', async () => {
  const project = makeProject({
    settings: `${settings()}
INSTALLED_APPS += ['django_vite']
DJANGO_VITE = {'default': {'dev_mode': False, 'manifest_path': BASE_DIR / 'build/manifest.json'}}
`,
    files: MODULES,
  })
  await runBuild(project.root, {
    viteManifest: 'build/manifest.json',
    integrity: 'build/integrity.json',
    requirejsMap: 'build/require.json',
  })
  const { paths } = readManifest(project.path('staticroot'))
  const html = runPython(
    project.root,
    `${SETUP}from django.template import Context, Template
print(Template("{% load django_vite %}{% vite_asset 'js/app.js' %}").render(Context()))`,
  )
  expect(html).toContain(`src="/static/${paths['js/app.js']}"`)
  const integrity = JSON.parse(
    readFileSync(project.path('build/integrity.json'), 'utf8'),
  ) as Record<string, string>
  const bytes = readFileSync(project.path(`staticroot/${paths['css/a.css']}`))
  expect(integrity['css/a.css']).toBe(
    `sha384-${createHash('sha384').update(bytes).digest('base64')}`,
  )
  expect(integrity['js/app.js']).toMatch(/^sha384-/)
  const require = JSON.parse(readFileSync(project.path('build/require.json'), 'utf8')) as {
    paths: Record<string, string>
  }
  expect(`${require.paths['js/app']}.js`).toBe(paths['js/app.js'])
})

test('the real require.js loads modules by the map of ids', async () => {
  const project = makeProject({
    settings: settings(),
    files: {
      'media/lib/dep.js': "define(function () { return 'dep' })",
      'media/main.js': "define(['lib/dep'], function (dep) { return 'main and ' + dep })",
    },
  })
  await runBuild(project.root, { requirejsMap: 'require.json' })
  const map = JSON.parse(readFileSync(project.path('require.json'), 'utf8')) as {
    paths: Record<string, string>
  }
  expect(map.paths['main']).toMatch(/^main\.[0-9a-f]{12}$/)
  // The plain copies are gone: what is loaded has a hashed name.
  for (const name of ['main.js', 'lib/dep.js']) rmSync(project.path(`staticroot/${name}`))
  const script = `const requirejs = require(process.argv[1])
requirejs.config({ ...JSON.parse(process.argv[2]), baseUrl: process.argv[3] })
requirejs(['main'], (main) => console.log(main))`
  const requirejs = createRequire(import.meta.url).resolve('requirejs')
  const argv = ['-e', script, requirejs, JSON.stringify(map), project.path('staticroot')]
  expect(execFileSync(process.execPath, argv, { encoding: 'utf8' })).toBe('main and dep\n')
})

test('source maps can be kept out of STATIC_ROOT', async () => {
  const map = ['source', 'MappingURL'].join('')
  const project = makeProject({
    settings: settings(),
    files: {
      ...MODULES,
      'media/lib.js': `var a\n//# ${map}=lib.js.map\n`,
      'media/lib.js.map': '{"version":3}',
    },
  })
  await runBuild(project.root, { hiddenSourceMaps: 'maps' }, { build: { sourcemap: true } })
  const tree = readTree(project.path('staticroot'))
  const { paths } = readManifest(project.path('staticroot'))
  expect([...tree.keys()].filter((name) => name.endsWith('.map'))).toEqual([])
  expect(
    [...tree].filter(([name, text]) => paths[name] === undefined && text.includes(map)),
  ).toEqual([])
  expect([...readTree(project.path('maps')).keys()].sort()).toEqual(
    [`${paths['js/app.js']}.map`, `${paths['lib.js']}.map`].sort(),
  )
})

test.each(['5.2', '4.2', '3.2'])(
  'real collectstatic of Django %s leaves bundled modules as they are',
  async (version) => {
    const project = makeProject({
      settings: settings('kovu_django.storage.KovuStaticFilesStorage', version),
      dirs: "[BASE_DIR / 'build/static', BASE_DIR / 'media']",
      files: MODULES,
    })
    const env = { PYTHONPATH: PYTHON }
    const options = {
      mode: 'collect',
      python: djangoPython(version),
      env: { production: env },
    } as const
    await runBuild(project.root, options)
    const first = readTree(project.path('build/static'))
    // What was made is no source of the next build.
    await runBuild(project.root, options)
    expect(readTree(project.path('build/static'))).toEqual(first)
    project.manage(['collectstatic', '--noinput', '-v0'], env, version)
    const { paths } = readManifest(project.path('staticroot'))
    const app = paths['js/app.js'] ?? ''
    expect(first.has(app)).toBe(true)
    const twice = [...readTree(project.path('staticroot')).keys()].filter((name) =>
      /\.[0-9a-f]{12}\..*\.?[0-9a-f]{12}\./.test(name),
    )
    expect(twice).toEqual([])
    expect(readTree(project.path('staticroot')).get(app)).toBe(first.get(app))
    expect(paths['css/a.css']).toMatch(/^css\/a\.[0-9a-f]{12}\.css$/)
  },
)

test('a folder with files of others is not emptied for collectstatic', async () => {
  const project = makeProject({
    settings: settings(),
    files: { ...MODULES, 'mine/notes.txt': 'mine' },
  })
  const options = { mode: 'collect', collectDir: 'mine' } as const
  await expect(runBuild(project.root, options)).rejects.toThrow(/files that Kovu did not make/)
  expect(readFileSync(project.path('mine/notes.txt'), 'utf8')).toBe('mine')
})

function testProject(): TestProject {
  const project = makeProject({
    settings: settings(),
    files: {
      'media/css/a.css': 'b{}',
      'shop/tests.py': `from urllib.request import urlopen
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.templatetags.static import static
class Served(StaticLiveServerTestCase):
    databases = []
    def test_it(self):
        url = static('css/a.css')
        assert url != '/static/css/a.css', url
        assert urlopen(self.live_server_url + url).read() == b'b{}'
`,
    },
  })
  // Stands for the build: it copies the tree that a real one made, and counts.
  project.write(
    'build.sh',
    `echo x >> "$COUNT"; test ! -e broken || { echo 'css is broken'; exit 1; }; rm -rf staticroot; cp -r made staticroot\n`,
  )
  return project
}

test('manage.py test builds once by content, serves what was built, and fails when the build fails', async () => {
  const project = testProject()
  await runBuild(project.root)
  const count = join(mkdtempSync(join(tmpdir(), 'kovu-count-')), 'count')
  execFileSync('mv', ['staticroot', 'made'], { cwd: project.root })
  const env = {
    ...process.env,
    PYTHONPATH: PYTHON,
    COUNT: count,
    KOVU_BUILD: 'sh build.sh',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const run = (argv: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(djangoPython(), argv, {
      cwd: project.root,
      env: { ...env, DJANGO_SETTINGS_MODULE: 'site_.settings' },
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }
  const builds = (): number => readFileSync(count, 'utf8').length / 2
  const first = run(['manage.py', 'test'])
  expect([first.status, first.said]).toEqual([0, expect.stringContaining('OK')])
  expect(builds()).toBe(1)
  expect(run(['manage.py', 'test']).status).toBe(0)
  expect(builds()).toBe(1)
  // The same content under another time is no change.
  utimesSync(project.path('media/css/a.css'), 1, 1)
  expect(run(['manage.py', 'test']).status).toBe(0)
  expect(builds()).toBe(1)
  // As long as sizes and times are the same, no content is read at all.
  const unread = run([
    '-c',
    `import django; django.setup()
from kovu_django import build
def fail(files): raise AssertionError('contents were read')
build.digest_of = fail
print('built', build.ensure_built())`,
  ])
  expect(unread.said.trim()).toBe('built False')

  project.write(
    'test_it.py',
    `def test_it(kovu_static):
    from django.contrib.staticfiles import finders
    from django.templatetags.static import static
    assert finders.find(static('css/a.css').removeprefix('/static/'))
`,
  )
  const pytest = ['-m', 'pytest', '-q', '-p', 'kovu_django.pytest_plugin', 'test_it.py']
  // A new Python file is a change: what a template or a view mentions is published.
  expect(run(pytest)).toEqual({ status: 0, said: expect.stringContaining('1 passed') as string })
  expect(builds()).toBe(2)
  expect(run(pytest).status).toBe(0)
  expect(builds()).toBe(2)

  project.write('broken', '')
  const failed = run(['manage.py', 'test'])
  expect(failed.status).not.toBe(0)
  expect(failed.said).toMatch(/Static files could not be built\.[\s\S]*css is broken/)
  const broken = run(pytest)
  expect([broken.status, broken.said]).toEqual([1, expect.stringContaining('css is broken')])
}, 180_000)

test('a page says what to start while Vite is down, and nothing while it listens', async () => {
  const project = makeProject({
    settings: `ALLOWED_HOSTS = ['*']\nMIDDLEWARE = ['kovu_django.notice.ViteNotice']\n`,
  })
  project.write(
    'site_/urls.py',
    "from django.http import HttpResponse\nfrom django.urls import path\nurlpatterns = [path('', lambda r: HttpResponse('<body>page'))]\n",
  )
  const page = (env: Record<string, string> = {}): string =>
    runPython(
      project.root,
      'import django; django.setup()\nfrom django.test import Client\nprint(Client().get("/").content.decode())',
      { PYTHONPATH: PYTHON, ...env },
    )
  const hot = project.path('node_modules/.kovu/hot.json')
  mkdirSync(project.path('node_modules/.kovu'), { recursive: true })
  expect(page()).toMatch(/Vite is not running.*npx kovu testserver/)
  expect(page({ KOVU_BEHIND_FRONT: '1' })).toBe('<body>page')
  const server = createServer()
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  writeFileSync(hot, JSON.stringify({ url: `http://127.0.0.1:${port}` }))
  expect(page()).toBe('<body>page')
  await new Promise((done) => void server.close(done))
  // The file is left from a crash: nobody listens.
  expect(page()).toContain('Vite is not running')
})

test('Vite says where it listens for as long as it does', async () => {
  const project = makeProject()
  const dev = await startDev(project.root)
  const file = project.path('node_modules/.kovu/hot.json')
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string }
  expect((await fetch(`${url}/static/none.txt`)).status).toBe(404)
  await dev.server.close()
  expect(existsSync(file)).toBe(false)
})

test('runserver without Vite serves what was published, compiled files too', async () => {
  const project = makeProject({
    settings: `${settings()}
STATICFILES_FINDERS = ['django.contrib.staticfiles.finders.FileSystemFinder', 'kovu_django.finders.PublishedFinder']
`,
    files: {
      'media/a.txt': 'source',
      'staticroot/a.txt': 'old',
      'staticroot/site.css': 'compiled',
    },
  })
  const port = await freePort()
  const server = spawn(
    djangoPython(),
    ['manage.py', 'runserver', '--noreload', '--nothreading', String(port)],
    { cwd: project.root, env: { ...process.env, PYTHONPATH: PYTHON }, stdio: 'ignore' },
  )
  onTestFinished(() => void server.kill())
  const text = async (name: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}/static/${name}`)).text()
  await vi.waitFor(async () => expect(await text('site.css')).toBe('compiled'), {
    timeout: 25_000,
    interval: 200,
  })
  expect(await text('a.txt')).toBe('source')
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => void server.close(done))
  return port
}
