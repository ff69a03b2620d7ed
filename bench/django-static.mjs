// @ts-check
/**
 * `collectstatic` with ManifestStaticFilesStorage against `vite build` with django-static: whole processes over the same
 * 5,000 files, in turn, into an empty STATIC_ROOT and again with nothing changed. CPU time (user and system) and wall time,
 * medians, and ratios of the CPU times. The floor is the same build of five files: what Node, Vite and Django's answer cost before
 * the first file is looked at, so that no ratio can be below it. An unchanged tree is best left to `kovu static`, which has
 * compared every input and every output before Vite is imported: its floor is `node -e 0`. Then the index, what an unchanged `manage.py test` adds, and the memory that 50,000
 * files need when each is eight times as large. Needs `npm run build`.
 *
 *     node bench/django-static.mjs [rounds] [files] [files for memory, 0 for none]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const rounds = Number(process.argv[2] ?? 3)
const count = Number(process.argv[3] ?? 5000)
const many = Number(process.argv[4] ?? 50_000)
const vite = join(
  dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin/vite.js',
)
const plugin = fileURLToPath(new URL('../plugins/django-static', import.meta.url))
const python = djangoPython()
const root = mkdtempSync(join(tmpdir(), 'kovu-bench-'))
const few = mkdtempSync(join(tmpdir(), 'kovu-bench-'))
const outputs = mkdtempSync(join(tmpdir(), 'kovu-bench-out-'))

try {
  makeProject(root, count, 300)
  makeProject(few, 5, 300)
  const build = [process.execPath, vite, 'build', '--logLevel', 'warn']
  const django = ['collectstatic', '--noinput', '-v0', '--ignore=*.less', '--ignore=*.mustache']
  // Under `kovu`, a target whose inputs did not change does not run at all.
  const kovu = fileURLToPath(new URL('../plugins/kovu/bin/kovu.js', import.meta.url))
  const nothing = [process.execPath, '-e', '0']
  /** @type {[name: string, argv: string[], link: string, cwd?: string][]} */
  const ways = [
    ['collectstatic', [python, 'manage.py', ...django], ''],
    ['django-static', build, ''],
    ['… with links', build, '1'],
    ['kovu static', [process.execPath, kovu, 'static'], ''],
    ['floor (5 files)', build, '', few],
    ['node -e 0', nothing, ''],
  ]
  /** @type {{ cold: number[][], again: number[][] }[]} */
  const times = ways.map(() => ({ cold: [], again: [] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, [, argv, link, cwd = root]] of ways.entries()) {
      process.env['LINK'] = link
      // A new folder each time: ext4 is slow at files where some were removed just before.
      const place = `${at}-${round}`
      rmSync(join(cwd, 'node_modules', '.kovu'), { recursive: true, force: true })
      times[at]?.cold.push(time(argv, place, cwd))
      times[at]?.again.push(time(argv, place, cwd))
    }
  }
  for (const [at, [name]] of ways.entries()) report(name, times[at], times[0])
  console.log(script(lookupScript()))
  console.log(`an unchanged manage.py test: ${unchangedTest()}`)
  if (many > 0) {
    for (const words of [40, 320]) {
      const large = mkdtempSync(join(tmpdir(), 'kovu-bench-'))
      try {
        makeProject(large, many, words)
        console.log(`${many} files of ${((words * 11) / 1024).toFixed(1)} kB: ${memory(large)}`)
      } finally {
        rmSync(large, { recursive: true, force: true })
      }
    }
  }
} finally {
  for (const folder of [root, few]) rmSync(folder, { recursive: true, force: true })
  rmSync(outputs, { recursive: true, force: true })
}

/** @param {string[]} argv @param {string} out @param {string} cwd @returns {number[]} wall and CPU, in seconds */
function time(argv, out, cwd) {
  const command = `TIMEFORMAT='%R %U %S'; time ${argv.map((word) => `'${word}'`).join(' ')}`
  const env = { ...process.env, ROOT_OF_STATIC: join(outputs, out) }
  const { stderr, status } = spawnSync('bash', ['-c', command], {
    cwd,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const [wall = 0, user = 0, system = 0] =
    stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return [wall, user + system]
}

/**
 * @param {string} name
 * @param {{ cold: number[][], again: number[][] } | undefined} own
 * @param {{ cold: number[][], again: number[][] } | undefined} theirs
 */
function report(name, own, theirs) {
  /** @param {'cold' | 'again'} what @param {number} at @param {typeof own} times */
  const median = (what, at, times = own) =>
    (times?.[what] ?? [])
      .map((row) => row[at] ?? 0)
      .toSorted((left, right) => left - right)
      .at(Math.floor(rounds / 2)) ?? 0
  /** @param {'cold' | 'again'} what */
  const said = (what) => {
    const ratio = (median(what, 1) / median(what, 1, theirs)).toFixed(3)
    return `${median(what, 1).toFixed(2)} s CPU (${ratio}x), ${median(what, 0).toFixed(2)} s wall`
  }
  console.log(`${name.padEnd(16)} empty: ${said('cold')} · unchanged: ${said('again')}`)
}

/** @param {string} text A module. @param {string} cwd */
function script(text, cwd = root) {
  return execFileSync(process.execPath, ['--input-type=module', '-e', text], {
    cwd,
    env: { ...process.env, ROOT_OF_STATIC: join(cwd, 'out') },
    encoding: 'utf8',
  }).trim()
}

/** The largest resident memory of a build into an empty STATIC_ROOT. @param {string} cwd */
function memory(cwd) {
  const peak = script(
    `import { build } from ${JSON.stringify(join(dirname(vite), '../dist/node/index.js'))}
await build({ logLevel: 'error' })
console.log(Math.round(process.resourceUsage().maxRSS / 1024) + ' MB at most')`,
    cwd,
  )
  return peak
}

/** What the test runner does before the tests when nothing has changed since the last build. */
function unchangedTest() {
  const text = `import django, os, time; django.setup()
from kovu_django.build import ensure_built
ensure_built()
wall, cpu = time.perf_counter(), time.process_time()
assert not ensure_built()
print('%.0f ms, %.0f ms CPU' % (1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))`
  const folder = fileURLToPath(new URL('../plugins/django-static/python', import.meta.url))
  return execFileSync(python, ['-c', text], {
    cwd: root,
    env: {
      ...process.env,
      DJANGO_SETTINGS_MODULE: 'conf',
      PYTHONPATH: folder,
      KOVU_BUILD: `${process.execPath} ${vite} build --logLevel error`,
      ROOT_OF_STATIC: join(outputs, 'tested'),
    },
    encoding: 'utf8',
  }).trim()
}

/** @param {string} root @param {number} count Files. @param {number} words Of eleven bytes, in each. */
function makeProject(root, count, words) {
  /** @param {string} name @param {string} content */
  const write = (name, content) => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  write(
    'manage.py',
    `import os, sys
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf')
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`,
  )
  write(
    'conf.py',
    `import os
SECRET_KEY = 'x'
INSTALLED_APPS = ['django.contrib.staticfiles']
STATIC_URL = '/static/'
STATIC_ROOT = os.environ.get('ROOT_OF_STATIC', 'root')
STATICFILES_DIRS = ['media']
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`,
  )
  write(
    'vite.config.mjs',
    `import djangoStatic from '@kovu/django-static'
export default { plugins: [djangoStatic({ python: '${python}', link: process.env.LINK === '1' })] }
`,
  )
  // As npm has it: by a path, Vite would compile the plugin into the config each time.
  mkdirSync(join(root, 'node_modules/@kovu'), { recursive: true })
  symlinkSync(plugin, join(root, 'node_modules/@kovu/django-static'))
  for (let at = 0; at < count; at += 1) {
    const dir = `media/d${at % 50}`
    const text = `/* ${at} */\n${'abcdefghij '.repeat(words)}\n`
    if (at % 5 === 0) write(`${dir}/s${at}.css`, `/* ${text} */\na { background: url(i${at}.png) }`)
    if (at % 5 === 0) write(`${dir}/i${at}.png`, text)
    else write(`${dir}/f${at}.${at % 5 === 1 ? 'js' : 'txt'}`, text)
  }
}

function lookupScript() {
  const finders = fileURLToPath(
    new URL('../plugins/django-static/dist/finders/finders.js', import.meta.url),
  )
  return `import { Finders } from ${JSON.stringify(finders)}
const root = { dir: process.cwd() + '/media', prefix: '', collected: '' }
let start = performance.now()
const finders = new Finders({ finders: [{ name: 'x', roots: [root], files: null }] })
finders.find('none')
const index = performance.now() - start
start = performance.now()
for (let at = 0; at < 1e6; at += 1) finders.find('d1/f1.js')
console.log('index: ' + index.toFixed(0) + ' ms · lookup: ' + (performance.now() - start).toFixed(0) + ' ns')`
}

function djangoPython() {
  const place = join(tmpdir(), 'kovu-venvs', 'django-5.2')
  const binary = join(place, 'bin', 'python')
  if (!existsSync(binary)) execFileSync('python3', ['-m', 'venv', place])
  execFileSync(binary, [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    'Django==5.2.*',
  ])
  return binary
}
