import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { runBuild, runPython } from './support/build.ts'
import { startDev } from './support/dev.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { PYTHON, settings } from './support/python.ts'
import { djangoPython, installReaders } from './support/venv.ts'

beforeAll(installReaders)

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
