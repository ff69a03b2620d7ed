/** Bad input: a located error, or what RequireJS does with it; never a crash, and never a file from outside. */
import { Buffer } from 'node:buffer'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vite'
import { describe, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { live } from '../semantics/ways.ts'
import { visit } from './page.ts'
import { Site } from './site.ts'

useLoader()

const build = "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}]})"
const tags = [{ src: 'js/lib/require.js', main: '/js/main' }]
const main =
  "require(['part'],function(part){trace.push(typeof part==='object'?JSON.stringify(part):part)})"

/** A site whose module `part` has these bytes. */
function siteWith(part: string | Uint8Array, more: Record<string, string> = {}): Site {
  const site = new Site({ '/build.js': build, 'js/main.js': main, ...more })
  mkdirSync(join(site.root, 'www/js'), { recursive: true })
  writeFileSync(join(site.root, 'www/js/part.js'), part)
  return site
}

/** What a module gives, unbuilt (and, the same, in development) and built. */
async function values(
  part: string | Uint8Array,
  more?: Record<string, string>,
): Promise<{ unbuilt: readonly unknown[]; built: readonly unknown[] }> {
  using site = siteWith(part, more)
  const unbuilt = await visit(site.sources(), tags)
  const built = await visit(await site.ours(), tags)
  expect(built.errors.length).toBe(unbuilt.errors.length)
  const development = await live(site, tags)
  expect(development.errors.length).toBe(unbuilt.errors.length)
  expect(development.trace).toEqual(unbuilt.trace)
  return { unbuilt: unbuilt.trace, built: built.trace }
}

/** The answer to a layer's request in development, and what the log says. */
async function development(
  site: Site,
  path: string,
): Promise<{ status: number; text: string; log: string }> {
  const log: string[] = []
  const server = await createServer({
    root: join(site.root, 'www'),
    configFile: false,
    customLogger: {
      hasWarned: false,
      info() {},
      warn() {},
      warnOnce() {},
      clearScreen() {},
      hasErrorLogged: () => false,
      error: (message) => void log.push(message),
    },
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    plugins: [requirejsAmd()],
  })
  try {
    await server.listen()
    const headers = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
    const response = await fetch(`${server.resolvedUrls?.local[0]}${path}`, { headers })
    return { status: response.status, text: await response.text(), log: log.join('\n') }
  } finally {
    await server.close()
  }
}

describe('a file that RequireJS takes', () => {
  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['blank', ' \n\t'],
    ['with a byte order mark', "\uFEFFdefine(function(){return 'bom'})"],
    ['with CRLF', "define(function(){\r\n// a comment\r\nreturn 'crlf'\r\n})\r\n"],
    ['with CR', "define(function(){\rreturn 'cr'\r})\r"],
    ['with other line ends', "define(function(){\u2028return 'ls'\u2029})"],
    ['that is not UTF-8', Buffer.from("define(function(){return 'caf\u00e9'.length})", 'latin1')],
    ['with a null byte in a string', "define(function(){return 'a\0b'.length})"],
    ['without a factory', "define('part')"],
    ['without anything to define', 'define()'],
    ['with two anonymous definitions', 'define(function(){return 1});define(function(){return 2})'],
    [
      'with the same id twice',
      "define('part',[],function(){return 'first'});define('part',[],function(){return 'second'})",
    ],
    ['that ends in a comment', "define(function(){return 'comment'}) // the end"],
    ['with an HTML comment', "<!-- old\ndefine(function(){return 'html'})\n--> end"],
    ['with a hashbang', "#!/usr/bin/env node\ndefine(function(){return 'hash'})"],
  ])('%s does what it did', async (_, part) => {
    const { unbuilt, built } = await values(part)
    expect(built).toEqual(unbuilt)
  })

  test('of 10 MB does what it did', { timeout: 60_000 }, async () => {
    const large = `define(function(){return [${`'${'x'.repeat(98)}',`.repeat(100_000)}].length})`
    expect(large.length).toBeGreaterThan(10_000_000)
    const { unbuilt, built } = await values(large)
    expect(built).toEqual(unbuilt)
    expect(built).toEqual([100_000])
  })

  test('whose id an earlier file of the layer defines is the earlier one, as after r.js', async () => {
    using site = siteWith("define('part',['other'],function(other){return other})", {
      'js/other.js':
        "define('other',[],function(){return 'own'});define('part',[],function(){return 'taken'})",
    })
    const own = await visit(await site.ours(), tags)
    const rjs = await visit(await site.rjs(), [{ src: 'lib/require.js', main: '/main' }])
    expect(own.trace).toEqual(['taken'])
    expect(own.trace).toEqual(rjs.trace)
  })
})

describe('a file that does not parse', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['truncated', "define(['a'], function (a) {\n  return {", /part\.js:2:\d+/],
    [
      'binary',
      Buffer.from([
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 1, 0xff, 0x64, 0x65, 0x66, 0x69, 0x6e, 0x65, 0x28,
      ]),
      /part\.js/,
    ],
    ['with a syntax error', 'define({\n  a: 1,\n  b 2\n})', /part\.js:3:\d+/],
    ['with an open string', "define('part, {})", /part\.js:1:\d+/],
  ])('%s fails the build at its place, and one module in development', async (_, part, place) => {
    using site = siteWith(part)
    await expect(site.ours()).rejects.toThrow(place)
    const { status, text, log } = await development(site, 'js/main.js?amd=main')
    expect(status).toBe(200)
    expect(text).toContain("throw new Error('The module \\'part\\' cannot be read")
    expect(log).toMatch(place)
  })

  test('leaves the last good output in place', async () => {
    using site = siteWith("define(function(){return 'good'})")
    const good = await site.ours()
    writeFileSync(join(site.root, 'www/js/part.js'), 'define({')
    await expect(site.ours()).rejects.toThrow('part.js:1')
    expect(readFileSync(join(site.root, 'out/js/main.js'), 'utf8')).toBe(good.get('js/main.js'))
  })
})

describe('an id that leads out of the static files', () => {
  const ids = [
    '../../secret',
    '../../../secret',
    '../../../../../../../../etc/passwd',
    '/etc/passwd',
    'file:///etc/passwd',
    'text!../../secret.txt',
    'text!../../../secret.txt',
    'text!/etc/passwd',
    'text!file:///etc/passwd',
    'json!../../../data.json',
  ]

  test.each(ids)('%s is never read', async (id) => {
    const plugin = "define({load:function(name,req,done){done('loaded')}})"
    using site = siteWith('define({})', {
      '/secret.js': "define('SECRET')",
      '/secret.txt': 'SECRET',
      '/data.json': '"SECRET"',
      'js/text.js': plugin,
      'js/json.js': plugin,
      'js/main.js': `define(['${id}'],function(){})`,
    })
    const out = await site.ours().catch((error: unknown) => new Map([['error', String(error)]]))
    expect([...out.values()].join('\n')).not.toMatch(/SECRET|root:x?:/)
    const { text } = await development(site, 'js/main.js?amd=main')
    expect(text).not.toMatch(/SECRET|root:x?:/)
  })

  test.each([
    'js/..%2f..%2fsecret.js?amd=..%2f..%2fsecret',
    '..%2fsecret.js?amd=secret',
    '%2e%2e/%2e%2e/secret.js?amd=x',
    '@fs/etc/passwd?amd=x',
    'js/main.js?amd=text!..%2f..%2f..%2fsecret.txt',
    'js/main.js?amd=..%2f..%2f..%2fsecret&have=%00',
    'js/%00.js?amd=x',
    'js/%E0%A4%A.js?amd=x',
  ])('a request for %s gives nothing of it', async (path) => {
    using site = siteWith('define({})', {
      '/secret.js': "define('SECRET')",
      '/secret.txt': 'SECRET',
    })
    const { text } = await development(site, path)
    expect(text).not.toMatch(/SECRET|root:x?:/)
  })
})

test('an error of a module is printed once, with its place and without a stack of ours', async () => {
  using site = siteWith('define(function () {\n  return 1 +;\n})')
  const error = await site.ours().then(
    () => undefined,
    (reason: Error) => reason,
  )
  expect(error?.message.match(/Unexpected token/g)).toHaveLength(1)
  expect(error?.message).toContain('part.js:2:13')
  expect(error?.message).not.toMatch(/Caused by|\n +at .*requirejs-amd/)
  expect(error).toMatchObject({
    errors: [{ pluginCode: 'REQUIREJS_AMD_SYNTAX', loc: { line: 2 } }],
  })
})

describe('a build file that makes no sense', () => {
  test.each<[string, string, RegExp]>([
    ['does not parse', '({ baseUrl: ', /build\.js/],
    ['throws', "(function(){throw new Error('no')})()", /build\.js/],
    ['is no object', '42', /build\.js/],
    ['never ends', '(function(){for(;;);})()', /build\.js/],
    [
      'names a module that is not there',
      "({baseUrl:'www/js',dir:'o',modules:[{name:'nowhere'}]})",
      /'nowhere'/,
    ],
    ['has a baseUrl elsewhere', "({baseUrl:'/etc',dir:'o',modules:[{name:'passwd'}]})", /\/etc/],
    ['writes elsewhere', "({baseUrl:'www/js',name:'main',out:'/etc/out.js'})", /\/etc\/out\.js/],
  ])('because it %s is an error that names it', { timeout: 60_000 }, async (_, text, said) => {
    using site = siteWith('define({})', { '/build.js': text })
    await expect(site.ours()).rejects.toThrow(said)
  })
})
