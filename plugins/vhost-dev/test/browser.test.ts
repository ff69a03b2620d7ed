import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { chromium } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { djangoPython } from '../../django-static/test/support/venv.ts'
import { makeLeaf } from '../src/certificates/x509.ts'
import { ask } from './support/client.ts'
import {
  afterwards,
  cleanUp,
  freePort,
  makeRoot,
  startSite,
  startUpstream,
} from './support/site.ts'

afterEach(cleanUp)

const executablePath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))
const hasCertutil = ['/usr/bin/certutil', '/usr/local/bin/certutil'].some((path) =>
  existsSync(path),
)

/** A browser with a home of its own that trusts one authority. */
async function startBrowser(ca: string): Promise<BrowserContext> {
  const home = makeRoot()
  const db = join(home, '.pki/nssdb')
  mkdirSync(db, { recursive: true })
  execFileSync('certutil', ['-N', '-d', `sql:${db}`, '--empty-password'])
  execFileSync('certutil', ['-A', '-d', `sql:${db}`, '-t', 'C,,', '-n', 'test', '-i', ca])
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.other.test 127.0.0.1'],
    env: { ...process.env, HOME: home },
  })
  afterwards(() => context.close())
  return context
}

/** A whole Django site in one file: its page is compressed, and its cookie is for all hosts. */
const djangoSite = `
import sys
from django.conf import settings
settings.configure(DEBUG=True, SECRET_KEY='for tests', ROOT_URLCONF=__name__, ALLOWED_HOSTS=['.site.localhost'],
    MIDDLEWARE=['django.middleware.gzip.GZipMiddleware'], SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO', 'https'))
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
def page(request):
    cdn = 'https://' + request.get_host().replace('www.', 'cdn.')
    response = HttpResponse('<!doctype html><html><head><link rel="icon" href="data:,"><link rel="stylesheet" crossorigin href="%s/site.css"></head>'
        '<body><input><script type="module" src="%s/main.js"></script><!-- %s --></body></html>' % (cdn, cdn, 'x' * 400))
    response.set_cookie('sid', 'abc', domain='site.localhost', secure=request.is_secure())
    return response
urlpatterns = [path('', page)]
execute_from_command_line(sys.argv)
`

describe.runIf(executablePath && hasCertutil)('in Chromium', () => {
  test('three hosts, HMR over wss, a gzipped Django page and a shared cookie work over HTTP/2', async () => {
    const { server: socketServer, port: socketPort } = await startUpstream((_req, res) => res.end())
    const sockets = new WebSocketServer({ server: socketServer })
    sockets.on('connection', (socket, req) => socket.send(`cookie ${req.headers.cookie}`))
    afterwards(() => {
      for (const client of sockets.clients) client.terminate()
    })
    const appPort = await freePort()
    const site = await startSite(
      {
        cdn: 'vite',
        activity: socketPort,
        '*': {
          target: appPort,
          run: [djangoPython(), 'manage.py', 'runserver', '--noreload', String(appPort)],
          ready: '/',
        },
      },
      {
        'manage.py': djangoSite,
        'site.css': 'body { color: rgb(1, 2, 3) }',
        'main.js':
          "import { text } from './part.js'\nconst show = (t) => (document.title = t)\nshow(text)\nimport.meta.hot.accept('./part.js', (m) => show(m.text))\n",
        'part.js': "export const text = 'first'\n",
      },
    )
    const zipped = async (): Promise<string | null> => {
      const headers = { host: 'www.site.localhost', 'accept-encoding': 'gzip' }
      const { headers: answered } = await ask(site, 'www.site.localhost', '/', { headers })
      return answered['content-encoding'] ?? null
    }
    await expect.poll(() => zipped().catch(String), { timeout: 20_000 }).toBe('gzip')
    const context = await startBrowser(join(site.root, '.certificates/ca.pem'))
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(site.origin('www.site.localhost'))
    await page.waitForFunction(() => document.title === 'first')
    const protocol = await page.evaluate(() =>
      performance.getEntriesByType('navigation').map((entry) => Object(entry).nextHopProtocol),
    )
    expect(protocol).toEqual(['h2'])
    await page.fill('input', 'typed')
    const colour = () => page.evaluate(() => getComputedStyle(document.body).color)
    expect(await colour()).toBe('rgb(1, 2, 3)')
    await expect.poll(() => site.server.ws.clients.size).toBe(1)
    writeFileSync(join(site.root, 'part.js'), "export const text = 'second'\n")
    await page.waitForFunction(() => document.title === 'second')
    writeFileSync(join(site.root, 'site.css'), 'body { color: rgb(40, 50, 60) }')
    await expect.poll(colour).toBe('rgb(40, 50, 60)')
    expect(await page.inputValue('input')).toBe('typed')
    const message = await page.evaluate(
      (url) =>
        new Promise((done) => {
          new WebSocket(url).addEventListener('message', (event) => done(event.data))
        }),
      `wss://activity.site.localhost:${site.port}/`,
    )
    expect(message).toBe('cookie sid=abc')
    expect(problems).toEqual([])
  })

  test("React's fast refresh keeps the state of components in a page of an application, under its policy", async () => {
    let cdn = ''
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-encoding': 'br',
        'content-security-policy': `default-src 'self'; script-src 'self' ${cdn}; style-src 'unsafe-inline'; connect-src 'self'`,
      })
      res.end(
        brotliCompressSync(
          `<!doctype html><html><head><script type="importmap" nonce="x">{"imports":{}}</script></head>
           <body><div id="root"></div><script type="module" src="${cdn}/main.jsx"></script></body></html>`,
        ),
      )
    })
    const component = (text: string): string => `import { useState } from 'react'
      export function Counter() {
        const [count, setCount] = useState(0)
        return <button onClick={() => setCount(count + 1)}>${text} {count}</button>
      }`
    // The site's folder has no packages of its own.
    const require = createRequire(import.meta.url)
    const alias = Object.fromEntries(
      ['react', 'react-dom'].map((name) => [
        name,
        dirname(require.resolve(`${name}/package.json`)),
      ]),
    )
    const site = await startSite(
      { cdn: 'vite', '*': port },
      {
        'main.jsx': `import { createRoot } from 'react-dom/client'
          import { Counter } from './counter.jsx'
          createRoot(document.getElementById('root')).render(<Counter />)`,
        'counter.jsx': component('first'),
      },
      { plugins: [react()], resolve: { alias } },
    )
    cdn = site.origin('cdn.site.localhost')
    const context = await startBrowser(join(site.root, '.certificates/ca.pem'))
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(site.origin('www.site.localhost'))
    const button = page.locator('button')
    await button.waitFor()
    await button.click()
    await button.click()
    expect(await button.textContent()).toBe('first 2')
    await expect.poll(() => site.server.ws.clients.size).toBe(1)
    writeFileSync(join(site.root, 'counter.jsx'), component('second'))
    await expect.poll(() => button.textContent(), { timeout: 15_000 }).toBe('second 2')
    expect(problems).toEqual([])
  }, 60_000)

  test('the page of an application that starts shows its last lines and becomes the application', async () => {
    const port = await freePort()
    const app = `
      for (let n = 1; n < 50; n++) console.log('line ' + n)
      console.log('warming up')
      const timer = setInterval(() => {
        if (!require('node:fs').existsSync('go')) return
        clearInterval(timer)
        require('node:http').createServer((q, s) => {
          s.setHeader('content-type', 'text/html')
          s.end('<!doctype html><title>the application</title>')
        }).listen(process.env.PORT)
      }, 50)`
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app },
    )
    const context = await startBrowser(join(site.root, '.certificates/ca.pem'))
    const page = await context.newPage()
    await page.goto(site.origin('www.site.localhost'))
    expect(await page.title()).toBe('www is starting')
    await page.waitForFunction(() => {
      const log = document.querySelector('pre')
      return (
        log?.textContent.endsWith('warming up') === true &&
        log.scrollTop > 0 &&
        log.scrollTop + log.clientHeight > log.scrollHeight - 2
      )
    })
    writeFileSync(join(site.root, 'go'), '')
    await page.waitForFunction(() => document.title === 'the application')
  })

  test('the authority is believed for its own domain only', async () => {
    const site = await startSite({ cdn: 'vite' }, { 'index.html': '<title>own</title>' })
    const dir = join(site.root, '.certificates')
    const key = createPrivateKey(readFileSync(join(dir, 'ca.key'), 'utf8'))
    const stolen = makeLeaf({ key, domain: 'site.localhost' }, ['www.other.test'], 10, new Date())
    const other = createSecureServer({ ...stolen, allowHTTP1: true }, (_req, res) =>
      res.end('stolen'),
    )
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    afterwards(() => void other.close())
    const context = await startBrowser(join(dir, 'ca.pem'))
    const page = await context.newPage()
    await page.goto(site.origin('cdn.site.localhost'))
    expect(await page.title()).toBe('own')
    const { port } = other.address() as AddressInfo
    await expect(page.goto(`https://www.other.test:${port}/`)).rejects.toThrow('ERR_CERT_INVALID')
  })
})
