import { readFileSync, rmSync } from 'node:fs'

import { expect, test } from 'vitest'

import { almond, requireJs, visit } from './page.ts'
import { Site } from './site.ts'

const sources = {
  'js/almond.js': almond,
  'js/config.js':
    "require.config({packages:[{name:'emoji',location:'pkg/emoji',main:'index'},{name:'plain',location:'pkg/plain'}]});",
  'js/widget.js':
    "define(['emoji','plain','emoji/table'],function(e,p,t){trace.push(e.smile,p,e===t)});",
  'js/pkg/emoji/index.js': "define(['./table'],function(table){trace.push('index');return table});",
  'js/pkg/emoji/table.js': "define({smile:':)'});",
  'js/pkg/plain/main.js': "define(function(){return 'plain main'});",
}
const keys =
  "baseUrl:'www/js',mainConfigFile:'www/js/config.js',out:'www/js/built.js',include:['widget'],insertRequire:['widget']"

test.each([
  ['almond', "name:'almond'", []],
  ['require.js without the configuration', "optimize:'none'", [{ text: requireJs }]],
])('a package is known by its own name to %s', async (_, more, page) => {
  using site = new Site({ ...sources, '/build.js': `({${keys},${more}})` })
  await site.rjs()
  const built = `${site.root}/www/js/built.js`
  const rjs = readFileSync(built, 'utf8')
  rmSync(built)
  const ours = (await site.ours()).get('js/built.js') ?? ''
  const [a, b] = await Promise.all(
    [rjs, ours].map((text) => visit({ ...sources, built: text }, [...page, { src: 'built' }])),
  )
  expect(b?.errors).toEqual([])
  expect(b?.trace).toEqual(['index', ':)', 'plain main', true])
  expect(b?.trace).toEqual(a?.trace)
})
