import { createServer, type InlineConfig, type Logger, type Plugin, type ViteDevServer } from 'vite'
import { expect, onTestFinished, vi } from 'vitest'
import type { KovuApi } from '@kovu/protocol'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { dirname } from 'node:path'
import { djangoStatic, type DjangoStaticOptions } from '../../src/index.ts'
import { djangoPython } from './venv.ts'

/** A running development server. */
export interface Dev {
  readonly server: ViteDevServer
  readonly api: KovuApi
  /** Warnings and information that were logged. */
  readonly logged: string[]
  /** What was sent to the pages. */
  readonly sent: Record<string, unknown>[]
  readonly get: (url: string, headers?: Record<string, string>, method?: string) => Promise<Answer>
}

/** A response. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly bytes: Buffer
}

/**
 * Starts a real Vite server over a project.
 *
 * @param root The project's folder.
 * @param options The plugin's options.
 * @param config More of Vite's configuration.
 */
export async function startDev(
  root: string,
  options: DjangoStaticOptions = {},
  config: InlineConfig = {},
): Promise<Dev> {
  const plugins = djangoStatic({ python: djangoPython(), ...options })
  const { logger, logged } = recordingLogger()
  const server = await createServer({
    configFile: false,
    root,
    customLogger: logger,
    ...config,
    plugins: [...plugins, ...((config.plugins ?? []) as Plugin[])],
    server: { port: 0, host: '127.0.0.1', ...config.server },
  })
  const sent: Record<string, unknown>[] = []
  const { hot } = server.environments.client
  const send = hot.send.bind(hot)
  hot.send = ((payload: Record<string, unknown>) => {
    sent.push(payload)
    send(payload as never)
  }) as typeof hot.send
  await server.listen()
  onTestFinished(() => server.close())
  const address = server.httpServer?.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    server,
    api: (plugins[0] as { api: { kovu: KovuApi } }).api.kovu,
    logged,
    sent,
    get: (url, headers, method) => rawGet(port, url, headers, method),
  }
}

/**
 * Edits a file so that the server sees it: a watcher takes its time to look at everything, and says nothing of what it has not.
 * A folder that appears between its look at the folder above and its watch over that one is never heard of, so a new folder is
 * made anew each time.
 *
 * @param dev The server.
 * @param file Absolute path.
 * @param text The new content; line ends are added until the edit is seen.
 */
export async function edit({ server }: Dev, file: string, text: string): Promise<void> {
  let seen = false
  const look = (_event: string, path: string): void => {
    if (path === file) seen = true
  }
  server.watcher.on('all', look)
  let content = text
  const folder = dirname(file)
  const isNew = !existsSync(folder)
  const write = (): void => {
    if (isNew) rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, content)
    content += '\n'
  }
  write()
  const timer = setInterval(write, 600)
  await vi.waitFor(() => expect([file, seen]).toEqual([file, true]), { timeout: 20_000 })
  clearInterval(timer)
  server.watcher.off('all', look)
}

/** Sends a path exactly as it is: `fetch` would normalise `..`. */
function rawGet(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((done, failed) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode: status = 0, headers } = response
        done({ status, headers, bytes, text: bytes.toString('utf8') })
      })
    })
    request.on('error', failed)
    request.end()
  })
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; logged: string[] } {
  const logged: string[] = []
  const keep = (message: string): void => {
    logged.push(message)
  }
  const logger: Logger = {
    info: keep,
    warn: keep,
    warnOnce: keep,
    error: keep,
    clearScreen: () => {},
    hasErrorLogged: () => false,
    hasWarned: false,
  }
  return { logger, logged }
}
