import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  configOf,
  fromNothing,
  makeSmallSite,
  type SmallSite,
  sources,
} from '../support/small-site.ts'

let site: SmallSite
let clean: SmallSite
beforeAll(async () => {
  site = await makeSmallSite()
  clean = await makeSmallSite()
  site.kovu()
})
afterAll(async () => {
  await site.remove()
  await clean.remove()
})

const card = 'media/css/parts/card.less'
let edits = 0
const another = (): string => `.card { order: ${++edits} }\n`

/** Which targets ran. */
const ran = (text: string): string[] =>
  [...text.matchAll(/^✓ (\S+)/gm)].map(([, name = '']) => name)

describe('the last bundle', () => {
  test('is published again with an edited sheet', async () => {
    await site.write(card, another())
    const { text } = site.kovu()
    expect(ran(text)).toEqual(['css', 'static'])
    expect(await site.published()).toEqual(await fromNothing(site, clean))
    expect(site.kovu().text).toContain('nothing to do')
  })

  test.each([
    [
      'a file that nobody imports',
      'media/img/dot.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" />\n',
    ],
    ['a template that mentions nothing new', 'templates/other.html', '<p>{{ here }}</p>\n'],
  ])('is published again, or made again, with %s', async (_, path, text) => {
    await site.write(path, text)
    expect(site.kovu().code).toBe(0)
    expect(await site.published()).toEqual(await fromNothing(site, clean))
    expect(site.kovu().text).toContain('nothing to do')
  })

  test.each([
    ['a part of a sheet that a module imports', 'media/css/parts/colours.less', '@paper: red;\n'],
    ['a module', 'media/js/part.js', "define([], function () { return 'other' })\n"],
    ['a template that a module asks for', 'media/t/hello.template.mustache', '<b>{{name}}</b>\n'],
  ])('is made again for %s', async (_, path, text) => {
    await site.write(path, text)
    expect(ran(site.kovu().text)).toContain('js')
    expect(await site.published()).toEqual(await fromNothing(site, clean))
  })

  test('is made again when it is not there any more as it was, and nothing is lost', async () => {
    const out = join(site.root, 'node_modules/.kovu/out')
    const name = (await readdir(join(out, 'js'))).find((file) => file.startsWith('island.')) ?? ''
    const remembered = join(site.root, 'node_modules/.kovu/static/bundle.json')
    for (const spoil of [
      () => rm(remembered),
      () => writeFile(remembered, '[['),
      () => writeFile(join(out, 'js', name), 'spoiled'),
      () => rm(out, { recursive: true }),
      () => rm(join(site.root, 'node_modules/.kovu'), { recursive: true }),
    ]) {
      await site.write(card, another())
      await spoil()
      expect(site.kovu()).toMatchObject({ code: 0 })
      expect(await site.published()).toEqual(await fromNothing(site, clean))
      expect(site.kovu().text).toContain('nothing to do')
    }
  })

  test('stays published as it was when a sheet is wrong, and goes on with the next edit', async () => {
    const before = await site.published()
    await site.write(card, '.card { color: @nowhere }\n')
    const { code, text } = site.kovu()
    expect(code).toBe(1)
    expect(text).toContain('card.less:1')
    expect(await site.published()).toEqual(before)
    await site.write(card, '.card { background: url(../img/nowhere.svg) }\n')
    const dangling = site.kovu()
    expect(dangling.code).toBe(1)
    expect(dangling.text).toContain('img/nowhere.svg')
    expect(dangling.text).toContain('✗ static')
    expect(await site.published()).toEqual(before)
    await site.write(card, another())
    expect(ran(site.kovu().text)).toEqual(['css', 'static'])
  })
})

describe('a plugin of the project', () => {
  const foreign = async (code: string): Promise<void> => {
    await site.write('vite.config.mjs', configOf(code))
    expect(site.kovu().code).toBe(0)
    await site.write(card, another())
  }

  test('that does something with what was built has it built each time', async () => {
    await foreign("{ name: 'vite:count', closeBundle() { console.log('counted') } },")
    expect(site.kovu().text).toContain('counted')
  })

  test('that reads static files without a word has the bundle made when one changes', async () => {
    const code = `{ name: 'icons', generateBundle() {
      const source = fs.readFileSync(new URL('media/img/dot.svg', import.meta.url), 'utf8')
      this.emitFile({ type: 'asset', fileName: 'js/icons.js', source: '/*' + source.length + '*/' })
    } },`
    await site.write('vite.config.mjs', `import fs from 'node:fs'\n${configOf(code)}`)
    expect(site.kovu().code).toBe(0)
    await site.write(card, another())
    expect(ran(site.kovu().text)).toEqual(['css', 'static'])
    await site.write('media/img/dot.svg', `${sources['media/img/dot.svg'] ?? ''}   \n`)
    expect(ran(site.kovu().text)).toContain('js')
    expect(await site.published()).toEqual(await fromNothing(site, clean))
  })

  test('that takes part, and asks for the final name of a sheet, has the bundle made with its new one', async () => {
    const code = `(() => { let peers; return { name: 'names', api: { kovu: {} }, configResolved(config) { peers = config.plugins.flatMap(({ api }) => api?.kovu ?? []) },
      generateBundle() {
        const name = peers.find(({ urls }) => urls).urls('css/site.css')
        this.emitFile({ type: 'asset', fileName: 'js/names.js', source: 'window.sheet = ' + JSON.stringify(name) })
      } } })(),`
    await foreign(code)
    expect(ran(site.kovu().text)).toContain('js')
    expect(await site.published()).toEqual(await fromNothing(site, clean))
  })
})
