import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Stored } from '../src/graph/record.ts'
import { type Project, makeProject } from './support/project.ts'
import { concatenation, site } from './support/concatenation.ts'

let project: Project
beforeEach(async () => {
  project = await makeProject(site)
  await project.kovu()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await project.remove()
})

/** The targets that did something, by their own lines. */
function made(text: string): string[] {
  return [...text.matchAll(/^made (\w+)$/gm)].map(([, name = '']) => name).sort()
}

/** What runs now, and the reason that is given for one of them. */
async function now(target = 'static'): Promise<{ made: string[]; why: string | undefined }> {
  const { text } = await project.kovu('--why')
  return { made: made(text), why: new RegExp(`^${target} runs: (.*)$`, 'm').exec(text)?.[1] }
}

describe('a first run', () => {
  test('does everything', async () => {
    const fresh = await makeProject(site)
    expect(made((await fresh.kovu()).text)).toEqual(['css', 'js', 'static'])
    await fresh.remove()
  })
})

describe('a second run', () => {
  test('has nothing to do, and says so', async () => {
    expect(await project.kovu()).toEqual({
      code: 0,
      text: 'nothing to do: css, js, static are up to date\n',
    })
    expect((await project.kovu('css', '-n')).text).toBe('nothing to do: css is up to date\n')
  })

  test('works when it is forced', async () => {
    expect(made((await project.kovu('-B')).text)).toEqual(['css', 'js', 'static'])
  })

  test('works only where something has changed', async () => {
    await project.write('a.txt', 'a { color: green }\n')
    expect(await now('css')).toEqual({ made: ['css', 'static'], why: 'a.txt has changed' })
    expect(await now()).toEqual({ made: [], why: undefined })
  })

  test('does not run a target whose inputs came out the same', async () => {
    await project.write('main.txt', '\na.txt\nb.txt\n')
    expect((await now()).made).toEqual(['css'])
  })

  test('says what would run, and why', async () => {
    await project.write('a.txt', 'a { color: green }\n')
    expect((await project.kovu('-n')).text).toBe('css\nstatic\n')
    expect((await project.kovu('-n', '--why')).text).toBe(
      'css: a.txt has changed\nstatic: `css` runs first, and may change what it reads\n',
    )
    expect((await now()).made).toEqual(['css', 'static'])
  })
})

describe('what makes a target run again', () => {
  test('a file with the size and time that it had, but another content', async () => {
    const file = join(project.root, 'a.txt')
    const { atime, mtime } = await stat(file)
    await writeFile(file, 'a { color: rad }\n')
    await utimes(file, atime, mtime)
    expect((await now('css')).why).toBe('a.txt has changed')
  })

  test('a file that is gone', async () => {
    await rm(join(project.root, 'src/two.js'))
    expect(await now('js')).toEqual({ made: ['js', 'static'], why: 'src/two.js is gone' })
  })

  test('a new file that a glob matches', async () => {
    await project.write('src/three.js', 'three()\n')
    expect(await now('js')).toEqual({ made: ['js', 'static'], why: 'src/three.js is new' })
  })

  test('a renamed file', async () => {
    await rename(join(project.root, 'src/two.js'), join(project.root, 'src/zwei.js'))
    expect((await now('js')).why).toBe('src/zwei.js is new')
  })

  test('a file that was looked for and not there', async () => {
    vi.stubEnv('KOVU_TEST_LENIENT', '1')
    await project.write('main.txt', 'a.txt\nc.txt\n')
    await project.kovu()
    expect((await now()).made).toEqual([])
    await project.write('c.txt', 'c {}\n')
    expect((await now('css')).why).toBe('c.txt is new')
  })

  test('an environment variable that a target names', async () => {
    vi.stubEnv('KOVU_TEST_CDN', 'https://cdn.example.com')
    expect(await now('js')).toEqual({
      made: ['js', 'static'],
      why: 'the environment variable KOVU_TEST_CDN has another value',
    })
    expect((await now()).made).toEqual([])
  })

  test('an environment variable that the config reads, without having said so', async () => {
    await project.write(
      'banner.mjs',
      "export const banner = '/* ' + (process.env.KOVU_TEST_BRAND ?? 'none') + ' */'",
    )
    await project.kovu()
    vi.stubEnv('KOVU_TEST_BRAND', 'drund')
    expect((await now('js')).why).toBe('the environment variable KOVU_TEST_BRAND has another value')
  })

  test('the lockfile: a changed dependency version', async () => {
    await project.write(
      'package-lock.json',
      '{ "packages": { "node_modules/less": { "version": "4.5.0" } } }',
    )
    expect(await now('css')).toEqual({
      made: ['css', 'js', 'static'],
      why: 'package-lock.json has changed',
    })
  })

  test('the Vite config, and what it imports', async () => {
    await project.write('banner.mjs', "export const banner = '/* other */'")
    expect(await now('js')).toEqual({
      made: ['css', 'js', 'static'],
      why: 'banner.mjs has changed',
    })
  })

  test('a new .env file', async () => {
    await project.write('.env.production', 'VITE_X=1')
    expect((await now('js')).why).toBe('.env.production is new')
  })

  test('another mode has a record of its own', async () => {
    expect(made((await project.kovu('--mode', 'staging')).text)).toEqual(['css', 'js', 'static'])
    expect(made((await project.kovu('--mode', 'staging')).text)).toEqual([])
    expect((await now()).made).toEqual([])
  })

  test('an output that is gone', async () => {
    await rm(join(project.root, 'public/all.txt'))
    expect(await now()).toEqual({ made: ['static'], why: 'its output public/all.txt is gone' })
  })

  test('an output that was edited', async () => {
    await project.write('out/site.css', 'edited by hand')
    expect((await now('css')).why).toBe('its output out/site.css has changed')
    expect((await now()).made).toEqual([])
  })
})

describe('what does not make a target run again', () => {
  test('a file with a new time and the same content, which is then remembered', async () => {
    const later = new Date(Date.now() + 60_000)
    await utimes(join(project.root, 'a.txt'), later, later)
    expect((await now()).made).toEqual([])
    await mkdir(join(project.root, 'src/empty'))
    expect((await project.kovu()).text).toContain('nothing to do')
  })

  test('a file that nobody reads', async () => {
    await project.write('README.md', 'words')
    await project.write('src/notes.txt', 'words')
    expect((await project.kovu()).text).toContain('nothing to do')
  })
})

test('the content of files that another target wrote is an input of one that reads them by a pattern', async () => {
  await project.write(
    'vite.config.mjs',
    `${concatenation}\ntargets.deb = { help: '', deps: ['static'], run({ input, output, log }) { input('files:**\\n!**/dist/**'); log.info('made deb'); write('dist/site.deb', read('out/site.js'), output) } }`,
  )
  const deb = async (): Promise<string[]> => made((await project.kovu('deb')).text)
  expect(await deb()).toEqual(['css', 'deb', 'js', 'static'])
  expect(await deb()).toEqual([])
  // Nothing of the sources changes, only what js makes of them.
  vi.stubEnv('KOVU_TEST_CDN', 'https://cdn.example.com')
  expect(await deb()).toEqual(['deb', 'js', 'static'])
  await project.write('dist/other.deb', '')
  expect(await deb()).toEqual([])
})

test('kovu ci leaves the record as it is for everybody else', async () => {
  await project.write(
    'vite.config.mjs',
    `${concatenation}\ntargets.check = { help: '', run: ({ log }) => log.info('made check') }`,
  )
  expect(made((await project.kovu('ci')).text)).toEqual(['check', 'css', 'js', 'static'])
  expect((await project.kovu('static')).text).toContain('nothing to do')
})

describe('the record', () => {
  test('has no entry of a target that failed', async () => {
    await rm(join(project.root, 'b.txt'))
    const failed = await project.kovu()
    expect(failed.code).toBe(1)
    expect(failed.text).toContain('There is no b.txt')
    // What css reads is as it was when it was last green; yet it has failed since.
    await project.write('b.txt', 'b { color: blue }\n')
    expect((await now('css')).made).toContain('css')
  })

  test.each([
    ['is edited', "fs.appendFileSync(path.join(root, 'a.txt'), '/* late */')"],
    ['is deleted', "fs.rmSync(path.join(root, 'a.txt'))"],
  ])('has no entry of a target when something %s that it has read', async (_, late) => {
    await project.write(
      'vite.config.mjs',
      concatenation.replace(
        "log.info('made css')",
        `log.info('made css'); if (process.env.KOVU_TEST_EDIT) ${late}`,
      ),
    )
    vi.stubEnv('KOVU_TEST_EDIT', '1')
    expect((await project.kovu()).text).toContain(
      'css will run again next time: a.txt changed while it ran.',
    )
    vi.stubEnv('KOVU_TEST_EDIT', '')
    await project.write('a.txt', 'a { color: new }\n')
    expect((await project.kovu('css')).text).toContain('made css')
    expect((await now()).made).toEqual(['static'])
  })

  test('may be deleted at any time', async () => {
    await rm(join(project.root, 'node_modules/.kovu'), { recursive: true })
    expect((await now()).made).toEqual(['css', 'js', 'static'])
  })

  test.each(['', '{', 'null', '{"version":"0 0.0.1 v18.0.0"}', '[1,2'])(
    'is ignored when it is of another version or damaged: %s',
    async (text) => {
      await project.write('node_modules/.kovu/graph/production.json', text)
      expect((await now()).made).toEqual(['css', 'js', 'static'])
      expect((await now()).made).toEqual([])
    },
  )

  test.each<[string, (record: Stored) => unknown]>([
    ['has a column too short', ({ files }) => ({ files: { ...files, numbers: '' } })],
    ['has no files', () => ({ files: null })],
    ['names a file that it does not have', () => ({ base: [9999] })],
    ['names a listing that it does not have', () => ({ base: [-9999] })],
    ['has no marks', () => ({ marks: null })],
    ['has marks that are none', ({ marks }) => ({ marks: marks.map(() => null) })],
    ['has no targets', () => ({ graph: [null] })],
  ])('is no record when it %s', async (_, damage) => {
    const file = join(project.root, 'node_modules/.kovu/graph/production.json')
    const record = JSON.parse(await readFile(file, 'utf8')) as Stored
    await writeFile(file, JSON.stringify(Object.assign(record, damage(record))))
    expect((await now()).made).toEqual(['css', 'js', 'static'])
    expect((await now()).made).toEqual([])
  })

  test('keeps no value of a variable, and is for its owner alone', async () => {
    vi.stubEnv('KOVU_TEST_CDN', 'a-secret-value')
    await project.kovu()
    const file = join(project.root, 'node_modules/.kovu/graph/production.json')
    expect(await readFile(file, 'utf8')).not.toContain('a-secret-value')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })
})

describe('clean', () => {
  test('removes what targets wrote and their empty folders, and nothing else', async () => {
    await project.write('public/own.txt', 'mine')
    await project.kovu('clean')
    const left = (path: string): boolean => existsSync(join(project.root, path))
    expect(['out', 'public/all.txt', 'node_modules/.kovu'].filter(left)).toEqual([])
    expect(['public/own.txt', 'a.txt', 'src/one.js'].every(left)).toBe(true)
    expect((await now()).made).toEqual(['css', 'js', 'static'])
  })

  test('comes before everything else that is asked for with it', async () => {
    expect(made((await project.kovu('clean', 'static')).text)).toEqual(['css', 'js', 'static'])
    expect((await now()).made).toEqual([])
  })
})

test('a changed package of the same workspace makes everything run again', async () => {
  const packages = {
    'package.json': '{ "devDependencies": { "shared": "*" } }',
    'shared/package.json':
      '{ "name": "shared", "type": "module", "exports": "./lib/index.js", "dependencies": { "deep": "*" } }',
    'shared/lib/index.js': "export * from 'deep'",
    'deep/package.json': '{ "name": "deep", "type": "module", "exports": "./index.js" }',
    'deep/index.js': "export const banner = '/* deep */'",
  }
  for (const [path, text] of Object.entries(packages)) await project.write(path, text)
  for (const name of ['shared', 'deep'])
    await symlink(join(project.root, name), join(project.root, 'node_modules', name))
  await project.write('banner.mjs', "export { banner } from 'shared'")
  await project.kovu()
  expect((await now()).made).toEqual([])
  await project.write('deep/index.js', "export const banner = '/* other */'")
  expect((await now('js')).why).toBe('deep/index.js has changed')
})

test('a Python package counts by its version, not by its files', async () => {
  const site = '.venv/lib/python3.12/site-packages'
  const record = (version: string): string => `${site}/Django-${version}.dist-info/RECORD`
  await project.write(record('5.1'), 'django/__init__.py,sha256=1,2')
  await project.write(`${site}/django/contrib/admin/static/admin.css`, 'a {}')
  await project.write(
    'vite.config.mjs',
    concatenation.replace(
      "input(path.join(root, 'main.txt'))",
      `$&; input('glob:${site}/django/contrib/admin/static/**')`,
    ),
  )
  await project.kovu()
  await project.write(`${site}/django/contrib/admin/static/admin.css`, 'edited by hand')
  expect((await now()).made).toEqual([])
  await rename(
    join(project.root, site, 'Django-5.1.dist-info'),
    join(project.root, site, 'Django-5.2.dist-info'),
  )
  expect((await now('css')).why).toBe('the package Django-5.2 was installed')
  // The same version, but another build of it.
  await rm(join(project.root, site, 'Django-5.2.dist-info'), { recursive: true })
  await project.write(record('5.2'), 'django/__init__.py,sha256=3,4')
  expect((await now('css')).made).toContain('css')
})

test('a record that cannot be written is a warning, and the work is done', async () => {
  await rm(join(project.root, 'node_modules/.kovu'), { recursive: true })
  // A folder where the record's file would be.
  await mkdir(join(project.root, 'node_modules/.kovu/graph/production.json/x'), { recursive: true })
  const { code, text } = await project.kovu()
  expect(code).toBe(0)
  expect(made(text)).toEqual(['css', 'js', 'static'])
  expect(text).toContain('Nothing can be remembered of this run: ')
})
