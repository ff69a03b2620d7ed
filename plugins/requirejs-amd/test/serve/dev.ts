import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { KovuApi } from '@kovu/protocol'
import { createLogger, createServer, type Logger, type Plugin, type ViteDevServer } from 'vite'
import { afterEach, beforeEach, vi } from 'vitest'
import { requirejsAmd, type RequirejsAmdOptions } from '../../src/index.ts'

const require = createRequire(import.meta.url)

/** require.js as npm has it. */
export const requirejs = readFileSync(require.resolve('requirejs/require.js'), 'utf8')

/** What a browser says of a request for a `<script src>`. */
export const classic = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }

/** A site with modules, text, a named module and a sloppy script. */
export const site = {
  'index.html': '<script data-main="js/main" src="js/require.js"></script>',
  'js/require.js': requirejs,
  'js/main.js':
    "require.config({ paths: { lib: '../lib', tpl: 'templates' } })\nrequire(['app', 'lib/plain'])",
  'js/app.js':
    "define(['./part', 'text!tpl/a.html', 'lib/named'], function (part, html) { return part + html })",
  'js/part.js': "define(function () { return 'part' })",
  'js/text.js': readFileSync(require.resolve('requirejs-text'), 'utf8'),
  'js/templates/a.html': '<b>a</b>',
  'lib/named.js': "define('lib/named', [], function () {})",
  'lib/plain.js': 'with (window) { Plain = 010 }',
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly type: string
}

/** A development server of each test's own, in a folder of its own. */
export class Dev {
  root = ''
  server: ViteDevServer | undefined
  /** What was printed as an error. */
  errors: string[] = []
  /** What was sent to the browser. */
  sent: { type: string; err?: { message: string } }[] = []

  write(sources: Record<string, string>): void {
    for (const [name, source] of Object.entries(sources)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true })
      writeFileSync(join(this.root, name), source)
    }
  }

  async start(options: RequirejsAmdOptions = {}, peers: Plugin[] = []): Promise<void> {
    const customLogger: Logger = {
      ...createLogger('silent'),
      error: (message) => void this.errors.push(message),
    }
    this.server = await createServer({
      root: this.root,
      configFile: false,
      customLogger,
      plugins: [...peers, requirejsAmd(options)],
      server: { host: '127.0.0.1', port: 0 },
      optimizeDeps: { noDiscovery: true },
    })
    const { hot } = this.server.environments.client
    const send = hot.send.bind(hot)
    hot.send = (...given: unknown[]) => {
      const [first] = given
      this.sent.push(typeof first === 'string' ? { type: 'custom' } : (first as { type: string }))
      send(...(given as Parameters<typeof send>))
    }
    await this.server.listen()
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const address = this.server?.httpServer?.address()
    const port = typeof address === 'object' ? address?.port : undefined
    // Not `fetch`, which sets its own Sec-Fetch headers.
    const [response] = (await once(
      http.get({ host: '127.0.0.1', port, path, headers }),
      'response',
    )) as [http.IncomingMessage]
    return {
      status: response.statusCode ?? 0,
      text: await text(response),
      type: response.headers['content-type'] ?? '',
    }
  }

  /** Asks the plugin itself for the layer of main. */
  async ask(publicName: string): Promise<unknown> {
    const plugin = this.server?.config.plugins.find(({ name }) => name === 'requirejs-amd')
    const api = plugin?.api as { kovu: KovuApi }
    const query = new URLSearchParams('amd=main')
    return api.kovu.answers?.({ publicName, file: join(this.root, publicName), query })
  }

  /** Waits until the browser was told of a change. */
  async changed(): Promise<void> {
    const told = (): boolean =>
      this.sent.some(({ type }) => type === 'full-reload' || type === 'custom')
    await vi.waitUntil(told, { timeout: 20_000 })
  }
}

/** One for each test of the file. */
export function useDev(): Dev {
  const dev = new Dev()
  beforeEach(() => {
    dev.root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-server-')))
    dev.errors = []
    dev.sent = []
  })
  afterEach(async () => {
    await dev.server?.close()
    dev.server = undefined
    rmSync(dev.root, { recursive: true, force: true })
  })
  return dev
}
