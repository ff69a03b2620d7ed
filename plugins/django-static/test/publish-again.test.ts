import { existsSync, rmSync } from 'node:fs'
import type { Derivation, KovuApi, TargetContext } from '@kovu/protocol'
import { expect, test } from 'vitest'
import { type Plugin, resolveConfig } from 'vite'
import { djangoStatic, type DjangoStaticOptions } from '../src/index.ts'
import { readTree, runBuild } from './support/build.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const FILES = {
  'media/img/a.png': 'a',
  'media/css/site.less': 'a { background: url(../img/a.png) }',
  'media/js/app.js':
    'import { shared } from "./shared.js"\nimport("./lazy.js")\nconsole.log(shared)\n',
  'media/js/other.js': 'import { shared } from "./shared.js"\nconsole.log(shared + 1)\n',
  'media/js/shared.js': 'export const shared = Math.random()\n',
  'media/js/lazy.js': 'export const lazy = 2\n',
  'templates/home.html': `{% load static %}
<link rel="stylesheet" href="{% static 'css/site.css' %}">
<script type="module" src="{% static 'js/app.js' %}"></script>
<script type="module" src="{% static 'js/other.js' %}"></script>`,
}

/** A peer whose sheets are their sources, and that emits a file of its own. */
function sheets(project: TestProject): Plugin {
  const derivation: Derivation = {
    from: '.less',
    to: '.css',
    pipeline: true,
    publish: 'mentioned',
    preferSource: true,
    render: (source) =>
      Promise.resolve({
        code: readTree(project.path('media')).get('css/site.less') ?? '',
        watch: [source],
      }),
  }
  return {
    name: 'sheets',
    api: { kovu: { derives: [derivation] } satisfies KovuApi },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'js/own.js', source: 'own' })
    },
  }
}

/** Runs the `static` target as `kovu` does where the last bundle is up to date. */
async function publishAgain(
  project: TestProject,
  options: DjangoStaticOptions,
): Promise<{ inputs: string[]; outputs: string[]; built: unknown[] }> {
  const plugins = [djangoStatic({ python: djangoPython(), ...options }), sheets(project)]
  const config = await resolveConfig(
    {
      configFile: false,
      root: project.root,
      logLevel: 'silent',
      plugins,
      kovu: { targets: ['static'] },
      build: { sourcemap: true },
    },
    'build',
  )
  const { api } = config.plugins.find(({ name }) => name === 'django-static') as {
    api: { kovu: KovuApi }
  }
  const told = { inputs: [] as string[], outputs: [] as string[], built: [] as unknown[] }
  const context: TargetContext = {
    root: project.root,
    mode: 'production',
    force: false,
    signal: new AbortController().signal,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    input: (what) => void told.inputs.push(what),
    output: (path) => void told.outputs.push(path),
    build: (asked) => {
      told.built.push(asked)
      return Promise.resolve(asked?.force === true)
    },
  }
  await api.kovu.targets?.['static']?.run(context)
  return told
}

test.each<[string, DjangoStaticOptions]>([
  ['as it is', {}],
  [
    'with everything that may be written beside it',
    {
      viteManifest: 'build/manifest.json',
      integrity: 'build/integrity.json',
      requirejsMap: 'build/map.json',
      hiddenSourceMaps: 'build/maps',
      compress: true,
    },
  ],
  ['for collectstatic', { mode: 'collect', collectDir: 'build/collected' }],
])('a bundle that is published again is what a build publishes, %s', async (_, options) => {
  const project = makeProject({ files: FILES })
  const build = (): Promise<string[]> =>
    runBuild(project.root, options, {
      plugins: [sheets(project)],
      build: { sourcemap: true },
      kovu: { targets: ['static'] },
    })
  const made = (): Map<string, string> => {
    const files = new Map<string, string>()
    for (const folder of ['build', 'staticroot'].map((name) => project.path(name)))
      if (existsSync(folder)) for (const [name, text] of readTree(folder)) files.set(name, text)
    return files
  }
  await build()
  project.write('media/css/site.less', 'b { background: url(../img/a.png) }')
  for (const folder of ['build', 'staticroot'])
    rmSync(project.path(folder), { recursive: true, force: true })
  const { inputs, outputs, built } = await publishAgain(project, options)
  const again = made()
  expect(built).toEqual([undefined])
  expect(inputs).toContain(project.path('media/css/site.less'))
  expect(outputs.length).toBeGreaterThan(5)
  for (const folder of ['build', 'staticroot'])
    rmSync(project.path(folder), { recursive: true, force: true })
  await build()
  expect([...again].filter(([name]) => /site\.[0-9a-f]*\.?css$/.test(name)).join()).toContain('b {')
  expect(again).toEqual(made())
})

test('a bundle that is not there any more is asked for by force', async () => {
  const project = makeProject({ files: FILES })
  expect((await publishAgain(project, {})).built).toEqual([undefined, { force: true }])
})
