import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { readManifest, readTree, runBuild, runPython } from './support/build.ts'
import { makeProject } from './support/project.ts'
import { PYTHON, settings } from './support/python.ts'
import { djangoPython, installReaders } from './support/venv.ts'

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

beforeAll(installReaders)

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
