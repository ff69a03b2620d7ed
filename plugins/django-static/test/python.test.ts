import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { readManifest, readTree, runBuild, runPython } from './support/build.ts'
import { startDev } from './support/dev.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const PYTHON = fileURLToPath(new URL('../python', import.meta.url))
const MANIFEST = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'
const settings = (storage = MANIFEST): string => `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': '${storage}'},
}
INSTALLED_APPS = ['django.contrib.staticfiles', 'shop']
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
    execFileSync(python, ['-c', 'import whitenoise, django_vite, pytest_django'], {
      stdio: 'ignore',
    })
  } catch {
    const names = ['whitenoise', 'django-vite', 'pytest', 'pytest-django']
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
  const { createHash } = await import('node:crypto')
  expect(integrity['css/a.css']).toBe(
    `sha384-${createHash('sha384').update(bytes).digest('base64')}`,
  )
  expect(integrity['js/app.js']).toMatch(/^sha384-/)
  const require = JSON.parse(readFileSync(project.path('build/require.json'), 'utf8')) as {
    paths: Record<string, string>
  }
  expect(`${require.paths['js/app']}.js`).toBe(paths['js/app.js'])
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

test.each(['5.2', '4.2'])(
  'real collectstatic of Django %s leaves bundled modules as they are',
  async (version) => {
    const project = makeProject({
      settings: settings('kovu_django.storage.KovuStaticFilesStorage'),
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
  const took = Number(
    run([
      '-c',
      `import django, time; django.setup()
from kovu_django.build import ensure_built
start = time.process_time(); assert not ensure_built(); print(time.process_time() - start)`,
    ]).said,
  )
  expect(took).toBeLessThan(0.3)
  expect(run(['-m', 'pytest', '-q', '-p', 'kovu_django.pytest_plugin', '--version']).status).toBe(0)

  project.write('broken', '')
  const failed = run(['manage.py', 'test'])
  expect(failed.status).not.toBe(0)
  expect(failed.said).toMatch(/Static files could not be built\.[\s\S]*css is broken/)
  project.write('test_it.py', 'def test_it(kovu_static):\n    pass\n')
  const pytest = run(['-m', 'pytest', '-q', '-p', 'kovu_django.pytest_plugin', 'test_it.py'])
  expect(pytest.status).toBe(1)
  expect(pytest.said).toContain('css is broken')
})

test('a page says what to start while Vite is down, and nothing while it listens', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kovu-hot-'))
  const hot = join(dir, 'hot.json')
  const project = makeProject({
    settings: `KOVU_HOT_FILE = '${hot}'\nALLOWED_HOSTS = ['*']\nMIDDLEWARE = ['kovu_django.notice.ViteNotice']\n`,
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
