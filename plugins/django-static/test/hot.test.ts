import { rmSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { startDev } from './support/dev.ts'
import { makeProject } from './support/project.ts'

test('a template reloads the page, a sheet is replaced in place, a script that was used reloads', async () => {
  const project = makeProject({
    files: {
      'templates/home.html': 'home',
      'media/css/a.css': 'a{}',
      'media/js/used.js': 'var used',
      'media/js/unused.js': 'var unused',
    },
  })
  const dev = await startDev(project.root)
  await dev.get('/static/js/used.js')
  await dev.get('/static/css/a.css')
  await settle()

  project.write('templates/home.html', 'home, changed')
  await vi.waitFor(
    () =>
      expect(dev.sent).toContainEqual(expect.objectContaining({ type: 'full-reload', path: '*' })),
    5000,
  )

  dev.sent.length = 0
  project.write('media/css/a.css', 'a{color:red}')
  await vi.waitFor(() => expect(dev.sent).toHaveLength(1), 5000)
  expect(dev.sent[0]).toMatchObject({
    type: 'update',
    updates: [{ type: 'css-update', path: '/css/a.css', acceptedPath: '/css/a.css' }],
  })

  dev.sent.length = 0
  project.write('media/js/unused.js', 'var unused, changed')
  await settle()
  expect(dev.sent).toEqual([])
  project.write('media/js/used.js', 'var used, changed')
  await vi.waitFor(
    () => expect(dev.sent).toContainEqual(expect.objectContaining({ type: 'full-reload' })),
    5000,
  )
})

test('files and folders that appear are served, those that go are gone', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'first', 'shop/static/a.txt': 'second' } })
  const dev = await startDev(project.root)
  expect((await dev.get('/static/a.txt')).text).toBe('first')
  await settle()
  project.write('shop/static/new/b.txt', 'new')
  expect((await dev.get('/static/new/b.txt')).text).toBe('new')
  rmSync(project.path('media/a.txt'))
  await vi.waitFor(async () => expect((await dev.get('/static/a.txt')).text).toBe('second'), 5000)
  rmSync(project.path('shop/static/new'), { recursive: true })
  await vi.waitFor(async () => expect((await dev.get('/static/new/b.txt')).status).toBe(404), 5000)
  const statics = await dev.api.statics?.()
  expect(statics?.find('new/b.txt')).toBeUndefined()
})

test('a change of STATIC_URL restarts the server on the new path', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'a' } })
  const dev = await startDev(project.root)
  await settle()
  project.write(
    'site_/settings.py',
    `from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'x'
DEBUG = True
INSTALLED_APPS = ['django.contrib.staticfiles']
STATIC_URL = '/other/'
STATICFILES_DIRS = [BASE_DIR / 'media']
`,
  )
  await vi.waitFor(() => expect(dev.server.config.base).toBe('/other/'), 15_000)
})

/** Until the watcher has seen what there is. */
function settle(): Promise<void> {
  return new Promise((done) => setTimeout(done, 600))
}
