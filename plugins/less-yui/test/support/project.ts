import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build, createServer, type InlineConfig, type Rolldown, type ViteDevServer } from 'vite'
import { onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)

export const bootstrapDir: string = path.dirname(require.resolve('bootstrap/package.json'))
export const ycssminDir: string = path.dirname(require.resolve('ycssmin/package.json'))
export const lessDir: string = path.resolve(require.resolve('less'), '../..')

/** A project in a temporary folder, with `less` and `ycssmin` installed. */
export interface Project {
  readonly root: string
  file(name: string): string
  write(name: string, content: string | Buffer): void
}

export function project(files: Readonly<Record<string, string | Buffer>>): Project {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'less-yui-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const file = (name: string): string => path.join(root, name)
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(path.dirname(file(name)), { recursive: true })
    writeFileSync(file(name), content)
  }
  write('package.json', '{ "type": "module" }')
  mkdirSync(file('node_modules'))
  symlinkSync(lessDir, file('node_modules/less'))
  symlinkSync(ycssminDir, file('node_modules/ycssmin'))
  for (const [name, content] of Object.entries(files)) write(name, content)
  return { root, file, write }
}

/** What the real command prints. */
export async function lessc(args: readonly string[], cwd: string): Promise<string> {
  const bin = path.join(lessDir, 'bin/lessc')
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], {
    cwd,
    maxBuffer: 1e8,
  })
  return stdout
}

/** A server without a port; its HMR messages are collected. */
export async function serve(
  { root }: Project,
  config: InlineConfig,
): Promise<{ server: ViteDevServer; sent: Sent[] }> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    ...config,
    server: { middlewareMode: true, ws: false, ...config.server },
  })
  onTestFinished(() => server.close())
  const sent: Sent[] = []
  const { hot } = server.environments.client
  const send: (...args: unknown[]) => void = hot.send.bind(hot)
  hot.send = (...args: unknown[]) => {
    sent.push(args[0] as Sent)
    send(...args)
  }
  return { server, sent }
}

/** An HMR message, as far as tests look into it. */
export interface Sent {
  type: string
  updates?: { type: string; path: string }[]
  err?: { message: string; id?: string; frame?: string; loc?: Record<string, unknown> }
}

/** What a `<link>` gets. */
export async function link(server: ViteDevServer, url: string): Promise<string> {
  const { code = '' } = (await server.transformRequest(`${url}?direct`)) ?? {}
  return code
}

/** Builds and gives the output by file name; `source` or `code` as text. */
export async function built(
  { root }: Project,
  config: InlineConfig,
): Promise<Record<string, string>> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    ...config,
    build: { write: false, ...config.build },
  })
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput
  return Object.fromEntries(
    output.map((item) => [
      item.fileName,
      item.type === 'chunk' ? item.code : Buffer.from(item.source).toString(),
    ]),
  )
}
