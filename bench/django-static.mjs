// @ts-check
/**
 * `collectstatic` with ManifestStaticFilesStorage against `vite build` with django-static: whole processes over the same
 * 5,000 files, into an empty STATIC_ROOT and again with nothing changed. CPU time (user and system) and wall time, medians.
 * Needs `npm run build`. `node bench/django-static.mjs [rounds] [files]`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const rounds = Number(process.argv[2] ?? 3)
const count = Number(process.argv[3] ?? 5000)
const vite = join(
  dirname(createRequire(import.meta.url).resolve('vite/package.json')),
  'bin/vite.js',
)
const plugin = fileURLToPath(new URL('../plugins/django-static/dist/index.js', import.meta.url))
const python = djangoPython()
const root = mkdtempSync(join(tmpdir(), 'kovu-bench-'))
const outputs = mkdtempSync(join(tmpdir(), 'kovu-bench-out-'))

try {
  makeProject()
  const collectstatic = [
    python,
    'manage.py',
    'collectstatic',
    '--noinput',
    '-v0',
    '--ignore=*.less',
    '--ignore=*.mustache',
  ]
  report('collectstatic', measure(collectstatic, 'theirs'))
  report('django-static', measure([process.execPath, vite, 'build', '--logLevel', 'warn'], 'ours'))
  process.env['LINK'] = '1'
  report('… with links', measure([process.execPath, vite, 'build', '--logLevel', 'warn'], 'linked'))
  const lookup = execFileSync(process.execPath, ['--input-type=module', '-e', lookupScript()], {
    cwd: root,
    encoding: 'utf8',
  })
  console.log(lookup.trim())
} finally {
  rmSync(root, { recursive: true, force: true })
  rmSync(outputs, { recursive: true, force: true })
}

/** @param {string[]} argv @param {string} out */
function measure(argv, out) {
  /** @type {{ cold: number[][], again: number[][] }} */
  const times = { cold: [], again: [] }
  for (let round = 0; round < rounds; round += 1) {
    // A new folder each time: ext4 is slow at files where some were removed just before.
    const place = `${out}${round}`
    rmSync(join(root, 'node_modules', '.kovu'), { recursive: true, force: true })
    times.cold.push(time(argv, place))
    times.again.push(time(argv, place))
  }
  return times
}

/** @param {string[]} argv @param {string} out @returns {number[]} wall and CPU, in seconds */
function time(argv, out) {
  const command = `TIMEFORMAT='%R %U %S'; time ${argv.map((word) => `'${word}'`).join(' ')}`
  const env = { ...process.env, ROOT_OF_STATIC: join(outputs, out) }
  const { stderr, status } = spawnSync('bash', ['-c', command], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const [wall = 0, user = 0, system = 0] =
    stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return [wall, user + system]
}

/** @param {string} name @param {{ cold: number[][], again: number[][] }} times */
function report(name, { cold, again }) {
  const median = (/** @type {number[][]} */ rows, /** @type {number} */ at) =>
    rows
      .map((row) => row[at] ?? 0)
      .toSorted((left, right) => left - right)
      .at(Math.floor(rows.length / 2))
      ?.toFixed(2)
  console.log(
    `${name.padEnd(14)} empty: ${median(cold, 1)} s CPU, ${median(cold, 0)} s wall · unchanged: ${median(again, 1)} s CPU, ${median(again, 0)} s wall`,
  )
}

function makeProject() {
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
    `import djangoStatic from '${plugin}'
export default { plugins: [djangoStatic({ python: '${python}', link: process.env.LINK === '1' })] }
`,
  )
  for (let at = 0; at < count; at += 1) {
    const dir = `media/d${at % 50}`
    const text = `/* ${at} */\n${'abcdefghij '.repeat(300)}\n`
    if (at % 5 === 0) write(`${dir}/s${at}.css`, `/* ${text} */\na { background: url(i${at}.png) }`)
    if (at % 5 === 0) write(`${dir}/i${at}.png`, text)
    else write(`${dir}/f${at}.${at % 5 === 1 ? 'js' : 'txt'}`, text)
  }
}

/** @param {string} name @param {string} content */
function write(name, content) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
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
