import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { edit, startDev, type Dev } from './support/dev.ts'
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

  await edit(dev, project.path('templates/home.html'), 'home, changed')
  await sent(dev, { type: 'full-reload', path: '*' })

  dev.sent.length = 0
  await edit(dev, project.path('media/css/a.css'), 'a{color:red}')
  const css = { type: 'css-update', path: '/css/a.css', acceptedPath: '/css/a.css' }
  await sent(dev, { type: 'update', updates: [expect.objectContaining(css)] })

  dev.sent.length = 0
  await edit(dev, project.path('media/js/unused.js'), 'var unused, changed')
  await edit(dev, project.path('media/js/used.js'), 'var used, changed')
  await sent(dev, { type: 'full-reload', triggeredBy: project.path('media/js/used.js') })
  expect(reloads(dev)).not.toContain(project.path('media/js/unused.js'))
})

test('files and folders that appear are served, those that go are gone', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'first', 'shop/static/a.txt': 'second' } })
  const dev = await startDev(project.root)
  expect((await dev.get('/static/a.txt')).text).toBe('first')
  await edit(dev, project.path('shop/static/new/b.txt'), 'new')
  expect((await dev.get('/static/new/b.txt')).text.trim()).toBe('new')
  await edit(dev, project.path('media/a.txt'), 'first')
  rmSync(project.path('media/a.txt'))
  const answers = async (name: string): Promise<unknown> => (await dev.get(`/static/${name}`)).text
  await vi.waitFor(async () => expect(await answers('a.txt')).toBe('second'), PATIENCE)
  rmSync(project.path('shop/static/new'), { recursive: true })
  await vi.waitFor(
    async () => expect((await dev.get('/static/new/b.txt')).status).toBe(404),
    PATIENCE,
  )
  const statics = await dev.api.statics?.()
  expect(statics?.find('new/b.txt')).toBeUndefined()
})

test('a change of STATIC_URL restarts the server on the new path', async () => {
  const project = makeProject({ files: { 'media/a.txt': 'a' } })
  const dev = await startDev(project.root)
  const own = readFileSync(project.path('site_/settings.py'), 'utf8')
  await edit(dev, project.path('site_/settings.py'), `${own}STATIC_URL = '/other/'`)
  await vi.waitFor(() => expect(dev.server.config.base).toBe('/other/'), PATIENCE)
})

test('Python that changes reloads the page, when Django has had the time to restart', async () => {
  const project = makeProject({ files: { 'shop/views.py': 'one = 1' } })
  const dev = await startDev(project.root)
  await edit(dev, project.path('shop/views.py'), 'one = 1 + 1')
  const views = project.path('shop/views.py')
  await vi.waitFor(() => expect(reloads(dev)).toContain(views), PATIENCE)
})

test('folders that appear later are watched: inside Vite’s root and outside', async () => {
  const outside = mkdtempSync(join(realpathSync(tmpdir()), 'kovu-outside-'))
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }))
  const project = makeProject({ dirs: `[BASE_DIR / 'later', '${outside}/a/b/static']` })
  const dev = await startDev(project.root)
  const statics = await dev.api.statics?.()
  const places: [string, string, string][] = [
    ['one.css', project.path('later'), 'STATICFILES_DIRS inside'],
    ['two.css', project.path('shop/static'), 'an app'],
    ['three.css', join(outside, 'a/b/static'), 'STATICFILES_DIRS outside'],
  ]
  for (const [name, dir, what] of places) {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, name), 'a{}')
    // Known without having been asked for: the watcher has told.
    const known = (): string[] => [...(statics?.list() ?? [])].map(([one]) => one)
    await vi.waitFor(
      () => expect([what, known()]).toEqual([what, expect.arrayContaining([name])]),
      PATIENCE,
    )
    dev.sent.length = 0
    await edit(dev, join(dir, name), 'a{color:red}')
    await sent(dev, { type: 'update', updates: [expect.objectContaining({ path: `/${name}` })] })
  }
})

const PATIENCE = { timeout: 20_000 }

/** The files for which pages were reloaded. */
function reloads(dev: Dev): unknown[] {
  return dev.sent.map(({ triggeredBy }) => triggeredBy)
}

/** Until the pages are sent a message. */
async function sent(dev: Dev, message: Record<string, unknown>): Promise<void> {
  await vi.waitFor(
    () => expect(dev.sent).toContainEqual(expect.objectContaining(message)),
    PATIENCE,
  )
}
