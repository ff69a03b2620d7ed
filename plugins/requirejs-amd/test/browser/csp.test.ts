/** A built site on a CDN host, under a policy that allows a nonce and that host: no eval, no inline script of ours. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { minifySync } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loaderSource } from '../../src/loader.ts'
import { requireJs } from '../build/page.ts'
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

/** A server on a port, and so an origin, of its own. */
async function origin(
  answer: (path: string) => { body: string; headers?: Record<string, string> } | undefined,
): Promise<string> {
  const server = createServer((request, response) => {
    const answered = answer(decodeURIComponent((request.url ?? '/').slice(1).replace(/\?.*/, '')))
    if (!answered) response.writeHead(404).end()
    else response.writeHead(200, answered.headers).end(answered.body)
  })
  servers.push(server)
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a strict policy', () => {
  const files = {
    '/build.js':
      "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'},{name:'page',exclude:['main']}],mainConfigFile:'www/js/page.js'})",
    'js/main.js':
      "define(['a','b','text!t.html','lib/old','module','require'],function(a,b,t,old,module,require){log.push([a,b,t,old.name,module.id].join());return function(){require(['late'],function(late){log.push(late)})}})",
    'js/a.js': "define(function(){return 'a'})",
    'js/b.js': "define(['exports'],function(exports){exports.toString=function(){return 'b'}})",
    'js/t.html': '<p>t</p>',
    'js/lib/old.js': "var Old = { name: 'old' }",
    'js/late.js': "define(['c'],function(c){return 'late '+c})",
    'js/c.js': "define(function(){return 'c'})",
    'js/page.js':
      "require.config({shim:{'lib/old':{exports:'Old'}}});require(['main'],function(main){log.push('page');main()})",
  }

  /** The same without what the core of the loader leaves to the complete one, and a file that no layer has. */
  const plain = {
    ...files,
    'js/main.js':
      "define(['a','b','module','require'],function(a,b,module,require){log.push([a,b,'<p>t</p>','old',module.id].join());return function(){require(['late'],function(late){log.push(late)})}})",
    'js/page.js': "require(['main'],function(main){log.push('page');main()})",
    'js/alone.js': "define(function(require){return 'alone '+require('a')})",
  }
  const rest =
    "<script nonce=\"n1\">require(['page'],function(){require(['alone'],function(x){log.push(x)})})</script>"

  test.each([
    ['data-main', files, ''],
    ['inline', files, ''],
    ['data-main and the core', plain, ''],
    ['inline scripts and the core', plain, ''],
    ['data-main, the core and then the complete loader', plain, rest],
  ])('lets a page with %s run', async (kind, sources, more) => {
    using site = new Site(sources)
    const out = await site.ours()
    expect(out.has('_kovu/require.js')).toBe(sources === plain)
    const cdn = await origin((path) => {
      const body = out.get(path)
      return body === undefined
        ? undefined
        : { body, headers: { 'Content-Type': 'text/javascript' } }
    })
    const start = kind.startsWith('data-main')
      ? `<script data-main="${cdn}/js/page" src="${cdn}/js/lib/require.js"></script>`
      : `<script src="${cdn}/js/lib/require.js"></script><script nonce="n1">require.config({baseUrl:'${cdn}/js'});require(['page'])</script>`
    const page = await origin((path) =>
      path === ''
        ? {
            body: `<script nonce="n1">log=[];addEventListener('securitypolicyviolation',function(e){log.push('violation '+e.violatedDirective+' '+e.blockedURI)})</script>${start}${more}`,
            headers: {
              'Content-Type': 'text/html',
              'Content-Security-Policy': `default-src 'none'; script-src 'nonce-n1' ${cdn}`,
            },
          }
        : undefined,
    )
    const tab = await browser.newPage()
    try {
      await tab.goto(page)
      const log = await logOf(tab, more === '' ? 3 : 4)
      expect(log.filter((line) => line !== 'alone a')).toEqual([
        'a,b,<p>t</p>,old,main',
        'page',
        'late c',
      ])
      expect(log.includes('alone a')).toBe(more !== '')
    } finally {
      await tab.close()
    }
  })
})

test('the loader is at most 6 KiB, and smaller than require.js', () => {
  const size = (code: string): number => gzipSync(code, { level: 9 }).length
  const own = size(loaderSource({ minify: true, data: {} }))
  expect(own).toBeLessThanOrEqual(6 * 1024)
  const options = { module: false, compress: { target: 'es2015' } } as const
  expect(own).toBeLessThan(size(minifySync('require.js', requireJs, options).code))
})
