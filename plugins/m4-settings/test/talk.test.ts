import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gnuM4 } from './support/gnu.ts'
import { bundle, project, type Project, render, serve } from './support/project.ts'
import { expected, talk } from './support/talk.ts'

const modes = Object.keys(expected) as (keyof typeof expected)[]

/** What Django and Node see: each reads its file in its own language. */
function seen({ root, run }: Project): { python: unknown; node: unknown } {
  const python = run(
    'python3',
    '-c',
    `import json, settings
database = settings.DATABASES['default']
print(json.dumps({
  'debug': settings.DEBUG,
  'database': {
    **{key.lower(): database[key] for key in ['HOST', 'NAME', 'USER', 'PASSWORD']},
    'port': int(database['PORT']),
    'url': settings.DATABASE_URL,
  },
  'root': settings.ROOT, 'urls': settings.ROOT_URLCONF,
}))`,
  )
  const node = run(process.execPath, '-p', `JSON.stringify(require('./settings.json'))`)
  const { root: dirname, urls, ...settings } = JSON.parse(python) as Record<string, unknown>
  expect({ dirname, urls }).toEqual({ dirname: root, urls: 'drund.urls' })
  return { python: settings, node: JSON.parse(node) as unknown }
}

describe.each(modes)('%s', (mode) => {
  test('gives Django and Node the same settings', async () => {
    const site = project(talk)
    await render(site, {}, mode)
    expect(seen(site)).toEqual({ python: expected[mode], node: expected[mode] })
  })

  test.skipIf(gnuM4 === undefined)('is what the command of the talk makes', async () => {
    const site = project(talk)
    await render(site, { builtins: 'all', python: false }, mode)
    for (const name of ['settings.py', 'settings.json']) {
      const layers = mode === 'development' ? ['base.m4'] : ['base.m4', `${mode}.m4`]
      const args = [...layers, `${name}.m4`].map((file) => `m4/${file}`)
      // The newline behind each definition stands at the top of its output.
      const { stdout } = spawnSync(gnuM4 ?? 'm4', args, { cwd: site.root, encoding: 'utf8' })
      expect(site.read(name)).toBe(stdout.replace(/^\n+/, ''))
    }
  })

  test.skipIf(gnuM4 === undefined)('is the same by the system’s m4', async () => {
    const [ours, theirs] = [project(talk), project(talk)]
    await render(ours, {}, mode)
    await render(theirs, { m4: gnuM4 ?? '' }, mode)
    for (const name of ['settings.py', 'settings.json']) {
      expect(theirs.read(name)).toBe(ours.read(name))
    }
  })
})

test('no password of any mode is served or built, and the page has what is public', async () => {
  const site = project({
    ...talk,
    'index.html': '<script type="module" src="/main.js"></script>',
    'main.js': `import settings from 'virtual:settings'\nconsole.log(settings.__DATABASE_NAME__)`,
  })
  const options = { public: ['__DATABASE_NAME__'] }
  const { output } = await bundle(site, options, { mode: 'production' })
  const text = output.map((item) => ('code' in item ? item.code : String(item.source))).join('\n')
  expect(text).toContain('drund')
  for (const value of ['$uper', 'heywereonstaging', 'db1.', 'production', '3306', 'mysql']) {
    expect(text).not.toContain(value)
  }
  const { port } = await serve(site, options, { mode: 'production' })
  for (const name of [...readdirSync(site.file('m4')).map((each) => `m4/${each}`), 'settings.py']) {
    const answer = await fetch(`http://127.0.0.1:${port}/${name}`)
    expect([name, answer.status]).toEqual([name, 403])
  }
})
