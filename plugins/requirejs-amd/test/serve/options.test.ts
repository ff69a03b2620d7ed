import { describe, expect, it } from 'vitest'
import { classic, site, useDev } from './dev.ts'

const dev = useDev()

describe('with the options', () => {
  it('`config` says what only the page would know', async () => {
    dev.write(site)
    await dev.start({ config: { baseUrl: '/js', paths: { app: '../lib/app' } } })
    dev.write({ 'lib/app.js': "define(['part'], {})" })
    expect((await dev.get('/lib/app.js?amd=app', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('app', \['part'\]/,
    )
  })

  it('`config` may be a file', async () => {
    dev.write({
      ...site,
      'js/config.js': "require.config({ paths: { moved: '../lib/moved' } })",
      'lib/moved.js': "define(['part'], {})",
    })
    await dev.start({ config: 'js/config.js' })
    expect((await dev.get('/lib/moved.js?amd=moved', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('moved'/,
    )
  })

  it('`build` gives the configuration and the place of baseUrl, and a change of it reloads', async () => {
    dev.write({
      ...site,
      'build.js':
        "({ baseUrl: 'js', dir: 'out', paths: { moved: '../lib/moved' }, modules: [{ name: 'main' }] })",
      'lib/moved.js': "define(['part'], {})",
    })
    await dev.start({ build: 'build.js' })
    expect((await dev.get('/lib/moved.js?amd=moved', classic)).text).toMatch(
      /define\('part'[\s\S]*define\('moved'/,
    )
    dev.write({
      'build.js':
        "({ baseUrl: 'js', dir: 'out', paths: { part: '../lib/named' }, modules: [{ name: 'main' }] })",
    })
    await dev.changed()
    expect(dev.sent.map(({ type }) => type)).toContain('full-reload')
  })

  it('`config` that configures nothing, or cannot be read, is an error', async () => {
    dev.write({ ...site, 'js/empty.js': 'define({})' })
    for (const config of ['js/empty.js', 'js/nowhere.js']) {
      await dev.start({ config })
      await expect(dev.ask('js/main.js')).rejects.toMatchObject({
        pluginCode: 'REQUIREJS_AMD_CONFIG',
      })
      await dev.server?.close()
    }
    await dev.start({ config: { baseUrl: 'https://elsewhere.example/js' } })
    await expect(dev.ask('js/main.js')).rejects.toMatchObject({
      pluginCode: 'REQUIREJS_AMD_OUTSIDE',
    })
  })

  it('`build` outside the static files is an error that says what to do', async () => {
    dev.write({ ...site, 'build.js': "({ baseUrl: '../elsewhere', dir: 'out', modules: [] })" })
    await dev.start({ build: 'build.js' })
    await dev.get('/js/main.js?amd=main', classic)
    expect(dev.errors.join('\n')).toMatch(/baseUrl .*elsewhere is in no folder of static files/)
  })
})
