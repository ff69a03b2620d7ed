import { existsSync, readFileSync, rmSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { findInterpreter } from '../src/django/interpreter.ts'
import { OwnFinders } from '../src/finders/own-finders.ts'
import { resolveOptions } from '../src/options.ts'
import { runCommand } from './support/commands.ts'
import { edit, startDev } from './support/dev.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

/** A finder that lists nothing, as those of generated files do, and finds by a rule of its own. */
const FINDER = `import os
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
print('a finder that prints')
class Own(BaseFinder):
    def check(self, **kwargs):
        return []
    def list(self, ignore_patterns):
        return iter(())
    def find(self, path, find_all=False, **kwargs):
        if path == 'raise.txt':
            raise ValueError('no such luck')
        if path == 'hang.txt':
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            open('hangs', 'w').write(str(os.getpid()))
            time.sleep(600)
        if path == 'exit.txt':
            os._exit(3)
        places = [settings.BASE_DIR / place / (path + '.made') for place in ('own', 'own2')]
        found = [str(file) for file in places if file.exists()]
        if find_all:
            return found
        return found[0] if found else []
`

function ownProject(files: Record<string, string> = {}): TestProject {
  return makeProject({
    settings:
      "STATICFILES_FINDERS = ['shop.finder.Own', 'django.contrib.staticfiles.finders.FileSystemFinder']",
    files: {
      'media/a.txt': 'media',
      'media/b.txt': 'media',
      'own/a.txt.made': 'own',
      'shop/finder.py': FINDER,
      ...files,
    },
  })
}

test('a finder of the project’s own answers through one Python process, in its place', async () => {
  const project = ownProject()
  const { get, logged, api } = await startDev(project.root)
  expect((await get('/static/a.txt')).text).toBe('own')
  expect((await get('/static/b.txt')).text).toBe('media')
  expect((await get('/static/c.txt')).status).toBe(404)
  // Found as soon as it is there, gone as soon as it is not: the rule is asked each time.
  project.write('own/b.txt.made', 'own b')
  expect((await get('/static/b.txt')).text).toBe('own b')
  rmSync(project.path('own/b.txt.made'))
  expect((await get('/static/b.txt')).text).toBe('media')
  const statics = await api.statics?.()
  expect(statics?.find('a.txt')).toBe(project.path('own/a.txt.made'))
  expect(logged.filter((line) => /raised|answer/.test(line))).toEqual([])
})

test('a finder that raises or ends Python is reported once, and the others answer', async () => {
  const project = ownProject({ 'media/raise.txt': 'media', 'media/exit.txt': 'media' })
  const { get, logged } = await startDev(project.root)
  for (const name of ['raise.txt', 'raise.txt', 'exit.txt', 'exit.txt'])
    expect((await get(`/static/${name}`)).text).toBe('media')
  expect((await get('/static/a.txt')).text).toBe('own')
  const said = logged.filter((line) => /raised|answer/.test(line))
  expect(said).toEqual([
    'django-static: shop.finder.Own raised ValueError: no such luck (it was asked for raise.txt)',
    expect.stringMatching(
      /did not answer for the finders of this project’s own: it ended with code 3/,
    ),
  ])
})

test('a finder that hangs is given up, and its process ended', async () => {
  const project = ownProject()
  const python = findInterpreter(
    resolveOptions({ python: djangoPython(), settings: 'site_.settings' }),
    project.root,
    'development',
    {},
  )
  const said: string[] = []
  const warn = (message: string): void => void said.push(message)
  // Whether or not Python has started by then: the answer is the same.
  const hasty = new OwnFinders(python, process.env, 300)
  expect(
    await Promise.all([hasty.find('hang.txt', false, warn), hasty.find('a.txt', false, warn)]),
  ).toEqual([undefined, undefined])
  expect(said).toEqual([
    expect.stringMatching(
      /did not answer .* of this project’s own: nothing was answered in 0\.3 sec/,
    ),
  ])

  const patient = new OwnFinders(python, process.env, 60_000)
  const hanging = patient.find('hang.txt', false, warn)
  const file = project.path('hangs')
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8') !== '', {
    timeout: 30_000,
  })
  patient.close()
  expect(await hanging).toBeUndefined()
  const pid = Number(readFileSync(file, 'utf8'))
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 30_000 })
})

test('a finder that is edited is asked anew', async () => {
  const project = ownProject({ 'else/a.txt.made': 'elsewhere' })
  const dev = await startDev(project.root)
  expect((await dev.get('/static/a.txt')).text).toBe('own')
  const edited = FINDER.replace("'own', 'own2'", "'else', 'own2'")
  await edit(dev, project.path('shop/finder.py'), edited)
  const answer = async (): Promise<string> => (await dev.get('/static/a.txt')).text
  await vi.waitFor(async () => expect(await answer()).toBe('elsewhere'), { timeout: 20_000 })
})

test('findstatic names what such a finder finds, and what it shadows', async () => {
  const project = ownProject({ 'own2/a.txt.made': 'second' })
  expect(await runCommand(project, 'findstatic', ['a.txt'])).toEqual({
    code: 0,
    said: [
      'a.txt: own/a.txt.made (shop.finder.Own)',
      '  own2/a.txt.made is shadowed by it',
      '  media/a.txt is shadowed by it',
    ],
  })
})
