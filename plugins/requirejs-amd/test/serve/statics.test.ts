import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Derivation, KovuApi, Statics } from '@kovu/protocol'
import type { Plugin } from 'vite'
import { describe, expect, it } from 'vitest'
import { classic, useDev } from './dev.ts'

const dev = useDev()

describe('beside a plugin for static files', () => {
  const upper: Derivation = {
    from: '.txt',
    to: '.js',
    pipeline: false,
    publish: 'all',
    preferSource: true,
    render: async (source) => ({
      code: `define({ text: '${readFileSync(source, 'utf8').toUpperCase()}' })`,
      watch: [source],
    }),
  }

  function djangoLike(): Plugin {
    const find = (name: string): string | undefined => {
      const path = join(dev.root, name.startsWith('brand/') ? name : `media/${name}`)
      return existsSync(path) ? path : undefined
    }
    const statics: Statics = {
      url: '/static/',
      root: join(dev.root, 'collected'),
      roots: [
        { dir: join(dev.root, 'media'), prefix: '' },
        { dir: join(dev.root, 'brand'), prefix: 'brand' },
      ],
      find,
      findDerived(name, from, to) {
        const source = find(name.slice(0, -to.length) + from)
        return source === undefined
          ? undefined
          : { file: source.slice(0, -from.length) + to, source }
      },
      nameOf: (file) =>
        file.startsWith(join(dev.root, 'media/')) ? file.slice(dev.root.length + 7) : undefined,
      list: () => [],
      mentions: () => false,
    }
    return {
      name: 'static-like',
      api: { kovu: { statics: async () => statics, derives: [upper] } satisfies KovuApi },
    }
  }

  const sources = {
    'media/main/js/main.js': "require(['app'])",
    'media/main/js/app.js': "define(['t/hello', 'logo'], {})",
    'media/main/t/hello.txt': 'hello',
    'media/main/js/config.js': "require.config({ paths: { t: '../t', logo: '../../brand/logo' } })",
    'brand/logo.js': 'define({})',
    'build.js':
      "({ appDir: 'collected', baseUrl: 'main/js', dir: 'optimized', mainConfigFile: 'media/main/js/config.js', modules: [] })",
  }

  it('its folders are the static root, and derived modules are in layers', async () => {
    dev.write(sources)
    await dev.start({ build: 'build.js' }, [djangoLike()])
    const kovu = dev.server?.config.plugins.find(({ name }) => name === 'requirejs-amd')?.api as {
      kovu: KovuApi
    }
    const file = join(dev.root, 'media/main/js/main.js')
    const ask = {
      publicName: 'main/js/main.js',
      file,
      query: new URLSearchParams('amd=main&have='),
    }
    const answer = await kovu.kovu.answers?.(ask)
    expect(
      [...String(answer?.body).matchAll(/define\((?:'([^']+)')/g)].map((match) => match[1]),
    ).toEqual(['t/hello', 'logo', 'app', 'main'])
    expect(String(answer?.body)).toContain("define('t/hello', { text: 'HELLO' })")
    expect(await kovu.kovu.answers?.({ ...ask, query: new URLSearchParams() })).toBeUndefined()
    dev.write({ 'media/main/t/hello.txt': 'again' })
    expect(String((await kovu.kovu.answers?.(ask))?.body)).toContain('AGAIN')
  })

  it('its own middleware stays away', async () => {
    dev.write(sources)
    await dev.start({ build: 'build.js' }, [djangoLike()])
    expect((await dev.get('/main/js/main.js?amd=main', classic)).text).not.toContain("define('app'")
  })
})
