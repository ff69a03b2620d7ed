import { execFileSync } from 'node:child_process'
import { readdirSync, statSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readTree } from './support/build.ts'
import { makeProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const STORAGE = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
import os
STATIC_ROOT = BASE_DIR / os.environ.get('ROOT_OF_STATIC', 'staticroot')
`

test('the same input gives the same bytes and modes, whatever clock, umask and locale', async () => {
  const project = makeProject({
    settings: STORAGE,
    files: {
      'media/css/a.css': `@import "ä.css";${'b{background:url(../z.png)}'.repeat(20)}`,
      'media/css/ä.css': 'a{}',
      'media/z.png': 'z',
      'media/Z.txt': 'Z'.repeat(500),
      'media/i.txt': 'i'.repeat(500),
      'media/js/app.js': 'import { a } from "./dep.js"\nconsole.log(a)\n',
      'media/js/dep.js': 'export const a = 1\n',
      'templates/x.html':
        '{% load static %}<script type="module" src="{% static \'js/app.js\' %}"></script>',
    },
  })
  // The plugin as it is here, compiled by Vite with the configuration that names it.
  const plugin = join(import.meta.dirname, '../src/index.ts')
  project.write(
    'vite.config.mjs',
    `import { djangoStatic } from ${JSON.stringify(await compiled(project.root, plugin))}
export default { plugins: [djangoStatic({ python: ${JSON.stringify(djangoPython())}, compress: true, integrity: process.env.ROOT_OF_STATIC + '.json' })] }\n`,
  )
  const vite = join(
    dirname(createRequire(import.meta.url).resolve('vite/package.json')),
    'bin/vite.js',
  )
  const build = (out: string, umask: string, env: Record<string, string>): void => {
    const command = `umask ${umask}; exec "${process.execPath}" "${vite}" build --logLevel error`
    execFileSync('sh', ['-c', command], {
      cwd: project.root,
      env: { ...process.env, ...env, ROOT_OF_STATIC: out },
    })
  }
  build('one', '022', { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' })
  for (const [at, name] of ['a.css', 'ä.css'].entries())
    utimesSync(project.path(`media/css/${name}`), at, at)
  build('two', '077', {
    TZ: 'Asia/Tokyo',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(TEN_YEARS_LATER)}"`,
  })
  expect(readTree(project.path('two'))).toEqual(readTree(project.path('one')))
  expect(readTree(project.path('one')).size).toBeGreaterThan(16)
  expect(modes(project.path('two'))).toEqual(modes(project.path('one')))
  expect(readTree(project.path('.')).get('two.json')).toBe(
    readTree(project.path('.')).get('one.json'),
  )
  const releases = readdirSync(project.path('one/.kovu/releases'))
  expect(readdirSync(project.path('two/.kovu/releases'))).toEqual(releases)
})

/** Another clock for a process. */
const TEN_YEARS_LATER = `const Now = Date
globalThis.Date = class extends Now {
  constructor(...given) { given.length === 0 ? super(Date.now()) : super(...given) }
  static now() { return Now.now() + 3.15e11 }
}`

async function compiled(root: string, entry: string): Promise<string> {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root,
    logLevel: 'silent',
    build: {
      ssr: entry,
      outDir: join(root, 'plugin', 'dist', 'django'),
      rolldownOptions: { external: ['vite'], output: { entryFileNames: 'index.mjs' } },
    },
  })
  execFileSync('cp', ['-r', join(import.meta.dirname, '../python'), join(root, 'plugin')])
  execFileSync('mkdir', ['-p', join(root, 'node_modules')])
  const vite = dirname(createRequire(import.meta.url).resolve('vite/package.json'))
  execFileSync('ln', ['-s', vite, join(root, 'node_modules/vite')])
  return join(root, 'plugin/dist/django/index.mjs')
}

function modes(dir: string): Record<string, number> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(dir.length), statSync(path).mode & 0o777]
    }),
  )
}
