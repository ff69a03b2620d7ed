import type { ServerResponse } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { Injector } from '../src/inject/injector.ts'
import { ask, askHttp2 } from './support/client.ts'
import { cleanUp, startSite, startUpstream } from './support/site.ts'

afterEach(cleanUp)

const page =
  '<!DOCTYPE html>\n<html lang="en"><head><title>x</title></head><body>hello</body></html>'
const navigation = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-dest': 'document' }

/** What the injector makes of chunks. */
async function inject(chunks: readonly Buffer[], snippet = '[S]'): Promise<string> {
  const injector = new Injector(snippet)
  const out: Buffer[] = []
  injector.on('data', (chunk: Buffer) => out.push(chunk))
  const ended = new Promise((done) => injector.on('end', done))
  for (const chunk of chunks) injector.write(chunk)
  injector.end()
  await ended
  return Buffer.concat(out).toString('latin1')
}

describe('the place of the client in a page', () => {
  test.each([
    ['<!doctype html><html><head><title>a</title>|</head><body>', 'at the end of the head'],
    [
      '<html><HEAD data-x="a>b"><meta charset=utf-8>|<body>',
      'before a body, without a head end tag',
    ],
    ['<!doctype html><meta charset=utf-8><title>x</title>|<p>', 'at the end of an implied head'],
    ['<!-- <head> --><!doctype html><html>\n|<body>', 'past comments, before a body'],
    ['\u00ef\u00bb\u00bf<html><head>|</head>', 'past a byte order mark'],
    ['<?xml version="1.0"?><html><head>|</head>', 'past an XML declaration'],
    [
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><html><head>|</head>',
      'past an old doctype',
    ],
    ['<!doctype html>|text', 'before text'],
    ['<html><head><script>a("</head>")</script>|<script type="module">', 'before the first module'],
    [
      '<html><head><script>1</script><script type="importmap">{}</script>|<script src="a" type=module >',
      'after an import map, which must come before all modules',
    ],
    ['<html><head><style>a::after{content:"<body>"}</style >|</head>', 'past style sheets'],
    [
      '<html><head><title><script type=module></title>|</head>',
      'past what only looks like a script',
    ],
    ['<html><head><noscript><img></noscript>|<div>', 'past noscript'],
    ['<html><head>|<template><script type="importmap">', 'before a template'],
    ['<html><head><title>cut|', 'nowhere in a title that does not end'],
    ['<html><head>|', 'at the end of a page that ends in its head'],
  ])('%s (%s)', async (marked) => {
    const expected = marked.includes('title>cut')
      ? marked.replace('|', '')
      : marked.replace('|', '[S]')
    expect(await inject([Buffer.from(marked.replace('|', ''), 'latin1')])).toBe(expected)
  })

  test.each([
    '<div>a fragment</div>',
    'text',
    '{"json": 1}',
    '',
    '<!-- only a comment',
    '<headline>',
    '<html',
  ])('%j gets none', async (fragment) => {
    expect(await inject([Buffer.from(fragment)])).toBe(fragment)
  })

  test('a head as long as a page passes at once, and a tag without an end is given up', async () => {
    const long = `<html><head><style>${'x'.repeat(300_000)}</style>`
    const injector = new Injector('[S]')
    let passed = 0
    injector.on('data', (chunk: Buffer) => (passed += chunk.length))
    injector.write(Buffer.from(long.slice(0, 200_000)))
    await expect.poll(() => passed).toBe(200_000)
    injector.destroy()
    expect(await inject([Buffer.from(`${long}</head>`)])).toBe(`${long}[S]</head>`)
    const endless = `<html><meta content="${'x'.repeat(100_000)}"><body>`
    expect(await inject([Buffer.from(endless)])).toBe(endless)
  })

  test('the bytes are the same for every chunking', async () => {
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '<script type="module">',
      '<script type="importmap">',
      '<style>',
      '</style',
      '</st',
      '<title>',
      '</title>',
      '</head>',
      '--',
      '<html>',
      '<head>',
      '<!doctype html>',
      '<!--',
      '-->',
      ' ',
      '\n',
      '"',
      "'",
      '>',
      '<',
      '<p a="',
      'é',
      '\u00ef\u00bb\u00bf',
      '<body>',
      'head',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(120), { maxLength: 8 }),
        async (pieces, cuts) => {
          const whole = Buffer.from(pieces.join(''))
          const points = [
            0,
            ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b),
            whole.length,
          ]
          const chunks = points.slice(1).map((end, i) => whole.subarray(points[i], end))
          const expected = await inject([whole])
          expect(await inject(chunks)).toBe(expected)
          // Nothing of the page is lost or changed.
          expect(expected.replace('[S]', '')).toBe(whole.toString('latin1').replace('[S]', ''))
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    )
  })
})

describe("Vite's client in the pages of applications", () => {
  test.each([
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['gzip', gzipSync],
  ] as const)('goes into those compressed with %s, as they stream', async (encoding, compress) => {
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html', 'content-encoding': encoding })
      const bytes = compress(page)
      res.write(bytes.subarray(0, 20))
      setTimeout(() => res.end(bytes.subarray(20)), 50)
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const answer = await ask(site, 'www.site.localhost', '/', { headers: navigation })
    expect(answer.body).toContain('/@vite/client"></script></head><body>hello</body></html>')
    expect(answer.headers['content-encoding']).toBeUndefined()
    // Not a page of its own: as the application sent it.
    const raw = await ask(site, 'www.site.localhost', '/', { headers: { accept: '*/*' } })
    expect(raw.headers['content-encoding']).toBe(encoding)
  })

  test('goes into whole pages, gzipped or not, and nowhere else', async () => {
    const { port } = await startUpstream((req, res) => {
      const url = req.url ?? ''
      if (url === '/gzip') {
        res.writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-encoding': 'gzip',
          etag: '"a"',
        })
        res.end(gzipSync(page))
      } else if (url === '/json') {
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      } else if (url === '/204') {
        res.writeHead(204, { 'content-type': 'text/html' }).end()
      } else if (url === '/304') {
        res.writeHead(304, { etag: '"a"' }).end()
      } else {
        const body = url === '/fragment' ? '<li>one</li>' : page
        res.writeHead(200, { 'content-type': 'text/html', 'content-length': body.length })
        res.end(req.method === 'HEAD' ? undefined : body)
      }
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const tag = `<script type="module" src="https://cdn.site.localhost:${site.port}/@vite/client"></script>`
    const host = 'www.site.localhost'
    for (const send of [ask, askHttp2]) {
      const get = (path: string, headers: Record<string, string> = navigation) =>
        send === ask ? ask(site, host, path, { headers }) : askHttp2(site, host, path, headers)
      expect((await get('/')).body).toBe(page.replace('</head>', `${tag}</head>`))
      const zipped = await get('/gzip')
      expect(zipped.body).toBe(page.replace('</head>', `${tag}</head>`))
      expect(zipped.headers['content-encoding']).toBeUndefined()
      expect(zipped.headers.etag).toBe('W/"a"')
      expect((await get('/fragment')).body).toBe('<li>one</li>')
      expect((await get('/json')).body).toBe('{}')
      expect((await get('/304')).status).toBe(304)
      expect(await get('/204')).toMatchObject({ status: 204, body: '' })
      expect(
        (await get('/', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' })).body,
      ).toBe(page)
      expect((await get('/', { ...navigation, 'sec-fetch-dest': 'empty' })).body).toBe(page)
    }
    const head = await ask(site, host, '/', { method: 'HEAD', headers: navigation })
    expect(head.headers['content-length']).toBe(String(page.length))
  })

  test('is allowed by the policy of the page, with its nonce', async () => {
    const policy = "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self'"
    const { port } = await startUpstream((_req, res) => {
      res
        .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
        .end(page)
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const cdn = `cdn.site.localhost:${site.port}`
    const answer = await ask(site, 'www.site.localhost', '/', { headers: navigation })
    expect(answer.body).toContain('<script type="module" nonce="abc" src=')
    expect(answer.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'nonce-abc' 'strict-dynamic' https://${cdn}; connect-src 'self' https://${cdn} wss://${cdn}`,
    )
  })

  test('stays out when inject is false, for all hosts or for one', async () => {
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' }).end(page)
    })
    const site = await startSite(
      { cdn: 'vite', on: { target: port, inject: true }, off: port },
      {},
      {},
      { inject: false },
    )
    expect((await ask(site, 'off.site.localhost', '/', { headers: navigation })).body).toBe(page)
    expect((await ask(site, 'on.site.localhost', '/', { headers: navigation })).body).not.toBe(page)
  })

  test('does not hold a page back until it is complete', async () => {
    let page: ServerResponse | undefined
    const { port } = await startUpstream((_req, res) => {
      page = res
      res.writeHead(200, { 'content-type': 'text/html' })
      res.write('<!doctype html><html><head><title>early</title></head><body>')
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const { request } = await import('node:https')
    const chunks = await new Promise<string[]>((done, fail) => {
      const texts: string[] = []
      request(
        {
          host: '127.0.0.1',
          port: site.port,
          ca: site.ca,
          servername: 'www.site.localhost',
          headers: { host: 'www.site.localhost', ...navigation },
          agent: false,
        },
        (res) => {
          // The application ends its page only when the beginning has arrived.
          res.once('data', () => page?.end('late</body></html>'))
          res.on('data', (chunk: Buffer) => texts.push(chunk.toString()))
          res.on('end', () => done(texts))
        },
      )
        .on('error', fail)
        .end()
    })
    expect(chunks[0]).toContain('@vite/client')
    expect(chunks.join('')).toContain('late')
  })
})
