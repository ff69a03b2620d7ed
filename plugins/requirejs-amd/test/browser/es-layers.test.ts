/** `format: 'esm'` with AMD entries: layers are ES chunks, in a real browser beside require.js running the sources. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Site } from '../build/site.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { logOf, openChromium } from './chromium.ts'

useLoader()

let browser: Browser
const servers: Server[] = []
beforeAll(async () => {
  browser = await openChromium()
})
afterAll(async () => {
  await browser.close()
  for (const server of servers) server.close()
})

const files = {
  '/build.js':
    "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'},{name:'other',exclude:['main']}],mainConfigFile:'www/js/main.js'})",
  'js/main.js':
    "require.config({paths:{lib:'vendor/lib'},shim:{old:{deps:['c'],exports:'Old.name'}}});define(['a','b','exports','module','require','lib'],function(a,b,exports,module,require,lib){log.push(['main',a.name,b,module.id,typeof require('c'),lib].join());exports.name='main';exports.go=function(){require(['./late','text!./t.html'],function(late,t){log.push([late,t,require('late')===late].join());require(['sloppy','old'],function(s,old){log.push([s,old].join())},function(e){log.push(e.message)})})}})",
  'js/a.js': "define(['exports','./b'],function(exports,b){log.push('a '+b);exports.name='A'})",
  'js/b.js':
    "define(['a','c'],function(a,c){log.push(['b',JSON.stringify(a),c].join());return 'B'})",
  'js/c.js': "define(function(){log.push('c');return 'C'})",
  'js/vendor/lib.js':
    "(function(root,factory){typeof define==='function'&&define.amd?define([],factory):root.lib=factory()})(this,function(){return 'lib'})",
  'js/t.html': '<p>t</p>',
  'js/late.js':
    "define(['later','c'],function(later,c){log.push('late runs');return 'late '+later+c})",
  'js/later.js': "define({toString:function(){return 'later'}})",
  'js/sloppy.js':
    "define(function(){log.push('sloppy '+(this===window));with({x:'with'}){counted=x}return counted})",
  'js/old.js': "var Old={name:'old'}",
  'js/other.js':
    "define(['main','require'],function(main,require){log.push('other '+main.name);return {main:main,again:function(){require(['gone'],null,function(e){log.push(e.requireType+' '+e.requireModules)})}}})",
}

async function origin(answer: (path: string) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1).replace(/\?.*/, ''))
    const body = answer(path)
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html'
    if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'Content-Type': type }).end(body)
  })
  servers.push(server)
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** What a page says, the scripts that it got, and what went wrong. */
async function visit(
  served: ReadonlyMap<string, string>,
  html: string,
  lines: number,
): Promise<{ log: string[]; loaded: string[]; errors: string[] }> {
  const loaded: string[] = []
  const errors: string[] = []
  const url = await origin((path) => {
    if (path === '') return `<script>log=[]</script>${html}`
    loaded.push(path)
    return served.get(path)
  })
  const page = await browser.newPage()
  page.on('pageerror', (error) => errors.push(String(error)))
  try {
    await page.goto(url)
    return { log: await logOf(page, lines), loaded, errors }
  } finally {
    await page.close()
  }
}

const classic = (main: string, loader: string): string =>
  `<script data-main="${main}" src="${loader}"></script><script>require(['other'],function(o){o.main.go();o.again()})</script>`

describe("`format: 'esm'`", () => {
  test('a page with data-main, inline scripts and lazy requires does as under require.js', async () => {
    using site = new Site(files)
    const theirs = await visit(site.sources(), classic('js/main.js', 'js/lib/require.js'), 10)
    const { files: built, names } = await site.hashed({ format: 'esm' })
    const name = (of: string): string => names.get(of) ?? of
    const own = await visit(built, classic(name('js/main.js'), name('js/lib/require.js')), 10)
    expect([...own.log].sort()).toEqual([...theirs.log].sort())
    expect(own.log.filter((line) => /^(?:a|b|c|main)\b/.test(line))).toEqual(
      theirs.log.filter((line) => /^(?:a|b|c|main)\b/.test(line)),
    )
    expect(own.errors).toEqual(theirs.errors)
    // The layers are ES chunks, but for what needs sloppy mode or the global scope.
    const layers = own.loaded.filter((path) => !/require|gone/.test(path))
    expect(layers.filter((path) => path.startsWith('_kovu/es/')).length).toBeGreaterThan(1)
    expect(layers.some((path) => /^js\/(?:sloppy|old)/.test(path))).toBe(true)
  })

  test('a module script is an entry, and ES modules import it', async () => {
    using site = new Site(files)
    const { files: built, names } = await site.hashed({ format: 'esm' })
    const name = (of: string): string => names.get(of) ?? of
    const own = await visit(
      built,
      `<script type="module" src="/${name('js/main.js')}"></script>
       <script type="module">import main from '/${name('js/main.js')}';import other from '/${name('js/other.js')}';log.push(['same',other.main===main,typeof requirejs].join());main.go()</script>`,
      10,
    )
    expect(own.errors).toEqual([])
    expect(own.log.slice(0, 4)).toEqual(['c', 'b,{},C', 'a B', 'main,A,B,main,string,lib'])
    expect(own.log.slice(4)).toEqual([
      'other main',
      'same,true,function',
      'late runs',
      'late laterC,<p>t</p>,true',
      'sloppy true',
      'with,old',
    ])
    expect(own.loaded.filter((path) => path.startsWith('_kovu/require-es.'))).toHaveLength(1)
  })
})
