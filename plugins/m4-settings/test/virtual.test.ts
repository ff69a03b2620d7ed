import { statSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { bundle, failure, project, type Project, serve } from './support/project.ts'

const base = `define(\`__CDN_HOST__', \`cdn.drund.com')
define(\`__DEBUG__', \`True')
define(\`__ACTIVITY_PORT__', 9001)
define(\`__RELEASE__', \`')
define(\`__SENTRY__', \`None')
define(\`__DB_PASSWORD__', \`$uper$ecret!')
define(\`__DB_HOST__', \`db1.internal')
define(\`__BROKER_URL__', \`amqp://guest@broker.internal/')
define(\`__SECRET_KEY__', \`0c3a9f2b-not-for-browsers')
`
const open = ['__CDN_HOST__', '__DEBUG__', '__ACTIVITY_PORT__', '__RELEASE__', '__SENTRY__']

function site(main: string): Project {
  return project({
    'm4/base.m4': base,
    'm4/app.json.m4': '{ "host": "__DB_HOST__", "password": "__DB_PASSWORD__" }',
    'index.html': '<script type="module" src="/main.js"></script>',
    'main.js': main,
  })
}

/** What the module exports, evaluated. */
async function exportsOf(code: string): Promise<Record<string, unknown>> {
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<
    string,
    unknown
  >
}

describe('virtual:settings', () => {
  test('has what is public, typed, and nothing else', async () => {
    const { server } = await serve(site(''), { public: open })
    const { code = '' } =
      (await server.environments.client.transformRequest('virtual:settings')) ?? {}
    const { default: all, ...named } = await exportsOf(code)
    const values = {
      __CDN_HOST__: 'cdn.drund.com',
      __DEBUG__: true,
      __ACTIVITY_PORT__: 9001,
      __RELEASE__: '',
      __SENTRY__: null,
    }
    expect(named).toEqual(values)
    expect({ ...(all as object) }).toEqual(values)
    expect(Object.isFrozen(all)).toBe(true)
  })

  test('is empty where nothing is public', async () => {
    const { server } = await serve(site(''))
    const { code = '' } =
      (await server.environments.client.transformRequest('virtual:settings')) ?? {}
    expect({ ...((await exportsOf(code)).default as object) }).toEqual({})
  })

  test('warns when a secret is made public', async () => {
    const { warnings } = await bundle(site(''), { public: ['__SECRET_KEY__'] })
    expect(warnings.join()).toContain('`public` names __SECRET_KEY__: everyone can read it')
  })

  test('has types on disk, by option', async () => {
    const made = site('')
    await bundle(made, { public: open, types: 'settings.d.ts' })
    made.write(
      'use.ts',
      `import settings, { __ACTIVITY_PORT__, __CDN_HOST__ } from 'virtual:settings'
export const port: number = __ACTIVITY_PORT__
export const host: string = settings.__CDN_HOST__
export const debug: boolean = settings.__DEBUG__
export const sentry: null = settings.__SENTRY__
// @ts-expect-error -- not public
export const no: unknown = settings.__DB_PASSWORD__
// @ts-expect-error -- a string
export const wrong: number = __CDN_HOST__
`,
    )
    const tsc = new URL('../../../node_modules/.bin/tsc', import.meta.url).pathname
    expect(
      made.run(
        tsc,
        '--noEmit',
        '--strict',
        '--module',
        'esnext',
        '--moduleResolution',
        'bundler',
        'use.ts',
        'settings.d.ts',
      ),
    ).toBe('')
    expect(statSync(made.file('settings.d.ts')).mode & 0o777).toBe(0o644)
    expect(made.read('settings.d.ts')).not.toContain('SECRET')
  })
})

describe('a build', () => {
  test.each([
    ['named imports', "import { __CDN_HOST__ } from 'virtual:settings'; console.log(__CDN_HOST__)"],
    ['the default', "import settings from 'virtual:settings'; console.log(settings)"],
    ['import()', "import('virtual:settings').then(console.log)"],
  ])('has no value in its output that is not public: %s', async (_, main) => {
    const options = { public: open.slice(0, 3) }
    const { output } = await bundle(site(main), options, { build: { sourcemap: true } })
    const text = output
      .map((item) =>
        item.type === 'chunk' ? item.code + JSON.stringify(item.map) : String(item.source),
      )
      .join('\n')
    expect(text).toContain('cdn.drund.com')
    const closed = [...base.matchAll(/`(__\w+__)', `?([^')]*)/g)]
      .map(([, name = '', value = '']) => ({ name, value }))
      .filter(
        ({ name, value }) => !options.public.includes(name) && value !== '' && value !== 'None',
      )
    expect(closed.map(({ name }) => name)).toEqual([
      '__DB_PASSWORD__',
      '__DB_HOST__',
      '__BROKER_URL__',
      '__SECRET_KEY__',
    ])
    for (const { name, value } of closed) {
      expect(text).not.toContain(name)
      expect(text).not.toContain(value)
      expect(text).not.toContain(Buffer.from(value).toString('base64').slice(0, -4))
    }
  })

  test('that reads the settings stops at an error in them', async () => {
    const made = site("import 'virtual:settings'")
    made.write('m4/app.json.m4', '["__DB_HOTS__"]')
    const error = await failure(() => bundle(made))
    expect(error.message).toContain('did you mean `__DB_HOST__`?')
  })
})

describe('an edit in development', () => {
  const main = `import { __CDN_HOST__ } from 'virtual:settings'
document.title = __CDN_HOST__
import.meta.hot.accept('virtual:settings', ({ __CDN_HOST__ }) => (document.title = __CDN_HOST__))`

  async function start(): Promise<{ made: Project } & Awaited<ReturnType<typeof serve>>> {
    const made = site(main)
    const serving = await serve(made, { public: ['__CDN_HOST__'] })
    await serving.server.environments.client.transformRequest('/main.js')
    await serving.server.environments.client.transformRequest('virtual:settings')
    // The watcher must know the files before they change.
    await vi.waitFor(() => {
      const watched = serving.server.watcher.getWatched()
      expect(watched[made.file('m4')]).toContain('base.m4')
    }, 10_000)
    return { made, ...serving }
  }

  test('of a public value is a hot update, and the files are new', async () => {
    const { made, server, sent } = await start()
    made.write('m4/base.m4', base.replace('cdn.drund.com', 'new.drund.com').replace('db1', 'db2'))
    await vi.waitFor(() => expect(sent.map(({ type }) => type)).toContain('update'), 10_000)
    expect(made.read('app.json')).toContain('db2.internal')
    const { code = '' } =
      (await server.environments.client.transformRequest('virtual:settings')) ?? {}
    expect(code).toContain('new.drund.com')
    const update = sent.find(({ type }) => type === 'update') as unknown as {
      updates: { path: string; acceptedPath: string }[]
    }
    expect(update.updates).toMatchObject([
      { path: '/main.js', acceptedPath: expect.stringContaining('virtual:settings') },
    ])
  })

  test('of another value is nothing to the browser', async () => {
    const { made, sent, infos } = await start()
    made.write('m4/base.m4', base.replace('db1', 'db2'))
    await vi.waitFor(() => expect(infos).toContain('[m4-settings] app.json'), 10_000)
    expect(made.read('app.json')).toContain('db2.internal')
    expect(sent).toEqual([])
  })

  test('that is wrong keeps the last good files, shows why, and the next one recovers', async () => {
    const { made, errors, sent } = await start()
    made.write('m4/app.json.m4', '{ "host": "__DB_HOTS__", "password": "__DB_PASSWORD__" }')
    await vi.waitFor(() => expect(errors.join()).toContain('__DB_HOTS__'), 10_000)
    expect(JSON.parse(made.read('app.json'))).toMatchObject({ host: 'db1.internal' })
    const { err } = sent.find(({ type }) => type === 'error') as unknown as {
      err: Record<string, string>
    }
    expect(err).toMatchObject({
      plugin: 'm4-settings',
      pluginCode: 'M4_SETTINGS_UNDEFINED',
      id: made.file('m4/app.json.m4'),
    })
    expect(JSON.stringify(err)).not.toContain('uper')
    made.write('m4/app.json.m4', '{ "host": "__DB_HOST__!" }')
    await vi.waitFor(() => expect(sent.map(({ type }) => type)).toContain('full-reload'), 10_000)
    expect(JSON.parse(made.read('app.json'))).toEqual({ host: 'db1.internal!' })
  })

  test('of a rendered file by somebody else is told, and the next rendering has it right again', async () => {
    const { made, warnings } = await start()
    const before = made.read('app.json')
    made.write('app.json', '{ "host": "of production" }')
    await vi.waitFor(
      () => expect(warnings.join()).toContain('app.json was changed by another program'),
      10_000,
    )
    made.write('m4/base.m4', `${base}\n`)
    await vi.waitFor(() => expect(made.read('app.json')).toBe(before), 10_000)
    expect(warnings).toHaveLength(1)
  })

  test('a new layer counts at once', async () => {
    const { made } = await start()
    made.write('m4/development.local.m4', "define(`__DB_HOST__', `mine.internal')")
    await vi.waitFor(() => expect(made.read('app.json')).toContain('mine.internal'), 10_000)
  })
})

describe('a server that starts with wrong settings', () => {
  test('starts on the last good files, and says what is wrong', async () => {
    const made = site('')
    made.write('app.json', '{ "old": true }')
    made.write('m4/app.json.m4', '__NO__')
    const { errors } = await serve(made)
    expect(errors.join()).toContain('`__NO__` is not defined')
    expect(made.read('app.json')).toBe('{ "old": true }')
  })

  test('does not start without any', async () => {
    const made = site('')
    made.write('m4/app.json.m4', '__NO__')
    const error = await failure(() => serve(made))
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_UNDEFINED' })
  })
})
