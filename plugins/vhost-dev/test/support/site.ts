import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLogger, createServer } from 'vite'
import type { InlineConfig, ViteDevServer } from 'vite'
import { vhostDev } from '../../src/index.ts'
import type { VhostDevOptions } from '../../src/index.ts'
import type { Address } from './client.ts'

/** A running Vite with the front before it. */
export interface TestSite extends Address {
  readonly server: ViteDevServer
  readonly root: string
  /** Everything that was logged. */
  readonly logged: string[]
  origin(host: string): string
}

const cleanups: (() => Promise<void> | void)[] = []

/** Ends and removes everything the helpers of this file have made. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
}

/** Remembers something to do after the test. */
export function afterwards(clean: () => Promise<void> | void): void {
  cleanups.push(clean)
}

/** Makes a temporary folder with files. */
export function makeRoot(files: Readonly<Record<string, string>> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'vhost-dev-')))
  cleanups.push(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

/** Starts an upstream on a free port. */
export async function startUpstream(
  listener: RequestListener,
): Promise<{ server: Server; port: number }> {
  const server = createHttpServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  cleanups.push(
    () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  )
  return { server, port: (server.address() as AddressInfo).port }
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createHttpServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** Starts Vite with the plugin on a free port, for `site.localhost`. */
export async function startSite(
  hosts: VhostDevOptions['hosts'],
  files: Readonly<Record<string, string>> = {},
  config: InlineConfig = {},
  options: Partial<VhostDevOptions> = {},
): Promise<TestSite> {
  const root = makeRoot(files)
  const logged: string[] = []
  const logger = createLogger('info', { allowClearScreen: false })
  const keep = (message: string): void => void logged.push(message)
  Object.assign(logger, { info: keep, warn: keep, warnOnce: keep, error: keep })
  const plugin = vhostDev({
    domain: 'site.localhost',
    port: 0,
    hosts,
    certificates: { dir: join(root, '.certificates') },
    ...options,
  })
  const server = await createServer({
    configFile: false,
    customLogger: logger,
    root,
    ...config,
    plugins: [plugin, ...(config.plugins ?? [])],
  })
  cleanups.push(() => server.close())
  await server.listen()
  const { vhost } = plugin.api ?? { vhost: undefined }
  const port = vhost?.port ?? 0
  const ca = vhost?.ca === undefined ? '' : readFileSync(vhost.ca, 'utf8')
  return { server, root, logged, port, ca, origin: (host) => `https://${host}:${port}` }
}
