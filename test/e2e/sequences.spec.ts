import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from 'vite'

import { copySources, makeSmallSite, type SmallSite, sources } from '../support/small-site.ts'

let site: SmallSite
let clean: SmallSite
beforeAll(async () => {
  site = await makeSmallSite()
  clean = await makeSmallSite()
})
afterAll(async () => {
  await site.remove()
  await clean.remove()
})

const card = 'media/css/parts/card.less'

/** What may happen between two builds, and builds. */
type Step =
  | { readonly do: 'write'; readonly path: string; readonly text: string | undefined }
  | { readonly do: 'spoil'; readonly path: string }
  | { readonly do: 'build'; readonly goal: string; readonly mode: string }
  | { readonly do: 'vite' }

const file = (path: string, ...texts: readonly (string | undefined)[]): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant('write' as const),
    path: fc.constant(path),
    text: fc.constantFrom(sources[path], ...texts),
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  file(card, '.card { top: 0 }', '.card { top: 1px; background: url(../img/dot.svg) }', undefined),
  file('media/css/parts/colours.less', '@paper: black;'),
  file('media/css/site.less', "@import 'parts/colours';\n", undefined),
  file('media/img/dot.svg', '<svg/>', undefined),
  file('media/js/part.js', 'define([], 2)'),
  file('media/js/plain.js', 'window.plain = 2', undefined),
  file('media/js/island.less', '.island { top: 0 }'),
  file('media/t/hello.template.mustache', 'hello {{name}}'),
  file('templates/index.html', "{% load static %}{% static 'css/unmentioned.css' %}"),
  fc.record({
    do: fc.constant('spoil' as const),
    path: fc.constantFrom(
      'node_modules/.kovu/static/bundle.json',
      'node_modules/.kovu/static/digests.json',
      'node_modules/.kovu/out/js/main.js',
      'node_modules/.kovu/css/css/site.css',
      'staticroot/css/site.css',
      'staticroot/staticfiles.json',
    ),
  }),
  fc.record({
    do: fc.constant('build' as const),
    goal: fc.constantFrom('css', 'templates', 'js', 'static', 'all'),
    // Both write to the same folders.
    mode: fc.constantFrom('production', 'production', 'staging'),
  }),
  fc.record({ do: fc.constant('vite' as const) }),
)

async function take(one: Step): Promise<void> {
  if (one.do === 'write') await site.write(one.path, one.text)
  else if (one.do === 'build') site.kovu(one.goal, '--mode', one.mode)
  else if (one.do === 'vite') await build({ root: site.root, logLevel: 'silent' }).catch(() => {})
  else if (await readFile(join(site.root, one.path)).catch(() => undefined))
    await writeFile(join(site.root, one.path), 'spoiled')
}

test('any sequence of edits, builds and damage ends with what a build from nothing publishes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      // What was made of the last sequence stays, as it does between two branches.
      for (const [path, text] of Object.entries(sources)) await site.write(path, text)
      for (const one of steps) await take(one)
      const before = await site.published()
      const { code } = site.kovu()
      await copySources(site, clean)
      const made = clean.kovu()
      expect(code).toBe(made.code)
      // What cannot be built leaves in place what was there.
      expect(await site.published()).toEqual(code === 0 ? await clean.published() : before)
      const last = site.kovu()
      expect(last.code).toBe(code)
      expect(last.text.includes('nothing to do')).toBe(code === 0)
    }),
    { numRuns: 8 },
  )
}, 240_000)
