import { mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { type Project, makeProject } from './support/project.ts'
import { concatenation, type Made, made, site, whatIsMade } from './support/concatenation.ts'

let project: Project
beforeEach(async () => {
  project = await makeProject(site)
  await project.kovu()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await project.remove()
})

const now = (target?: string): Promise<Made> => whatIsMade(project, target)

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

  test.each(['--version', '--help', '--list', '--graph'])('answers %s', async (option) => {
    const { text } = await project.kovu(option)
    expect(text).toMatch(/\S/)
    expect(text).not.toContain('nothing to do:')
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
