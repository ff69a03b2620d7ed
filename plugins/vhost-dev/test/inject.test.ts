import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { insertionPoint, searchLimit } from '../src/inject/document.ts'
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
    ['<!doctype html><html><head>|<title>', 'after the head tag'],
    ['<html><HEAD data-x="a>b">|<meta>', 'after a head tag with a > in an attribute'],
    ['<!doctype html>|<meta charset=utf-8><title>', 'before the first tag of an implied head'],
    ['<!-- <head> --><!doctype html><html>\n|<body>', 'past comments, before a body'],
    ['\u00ef\u00bb\u00bf<html><head>|</head>', 'past a byte order mark'],
    [
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><html><head>|',
      'past an old doctype',
    ],
    ['<!doctype html>|text', 'before text'],
  ])('%s (%s)', (marked) => {
    expect(insertionPoint(marked.replace('|', ''), true)).toBe(marked.indexOf('|'))
  })

  test.each([
    '<div>a fragment</div>',
    'text',
    '{"json": 1}',
    '',
    '<!-- only a comment',
    '<headline>',
    '<html',
  ])('%j gets none', (fragment) => {
    expect(insertionPoint(fragment, true)).toBe('none')
  })

  test('a head that starts very late is not looked for', () => {
    const late = `<!-- ${'x'.repeat(searchLimit)} --><html><head>`
    expect(insertionPoint(late, false)).toBe('none')
  })

  test('the bytes are the same for every chunking', async () => {
    const piece = fc.constantFrom(
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
        fc.array(fc.nat(40), { maxLength: 8 }),
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
      expect((await get('/')).body).toBe(page.replace('<head>', `<head>${tag}`))
      const zipped = await get('/gzip')
      expect(zipped.body).toBe(page.replace('<head>', `<head>${tag}`))
      expect(zipped.headers['content-encoding']).toBeUndefined()
      expect(zipped.headers.etag).toBe('W/"a"')
      expect((await get('/fragment')).body).toBe('<li>one</li>')
      expect((await get('/json')).body).toBe('{}')
      expect((await get('/304')).status).toBe(304)
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
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' })
      res.write('<!doctype html><html><head><title>early')
      setTimeout(() => res.end('</title></head></html>'), 300)
    })
    const site = await startSite({ cdn: 'vite', '*': port })
    const { request } = await import('node:https')
    const started = performance.now()
    const first = await new Promise<{ text: string; ms: number }>((done, fail) => {
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
          res.once('data', (chunk: Buffer) =>
            done({ text: chunk.toString(), ms: performance.now() - started }),
          )
          res.resume()
        },
      )
        .on('error', fail)
        .end()
    })
    expect(first.text).toContain('@vite/client')
    expect(first.ms).toBeLessThan(250)
  })
})
