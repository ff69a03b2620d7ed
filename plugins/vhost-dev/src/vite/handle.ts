import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connect, PreviewServer, ViteDevServer } from 'vite'
import type { FrontRequest, FrontResponse } from '../front/request.ts'
import { clientScripts } from '../inject/client-scripts.ts'
import type { ClientScripts } from '../inject/client-scripts.ts'
import { refuseUpgrade } from '../proxy/upgrade.ts'

/** Vite as the front sees it: a development server or a preview, replaced when Vite restarts. */
export interface ViteHandle {
  readonly base: string
  /** Resolves when it may be asked. */
  readonly ready: Promise<unknown>
  /** Where it listens for itself; 0 while it does not. */
  readonly port: number
  handle(req: FrontRequest, res: FrontResponse): void
  /** Undefined where there is no HMR. */
  readonly upgrade: ((req: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined
  /** What goes into pages of applications; undefined where nothing does. */
  readonly scripts: (() => Promise<ClientScripts>) | undefined
  /** Reloads every open page. */
  reload(): void
}

const protocols = new Set(['vite-hmr', 'vite-ping'])

/** A development server. */
export function devHandle(server: ViteDevServer, ready: Promise<unknown>): ViteHandle {
  const { middlewares, httpServer, ws, config } = server
  let scripts: Promise<ClientScripts> | undefined
  return {
    base: config.base,
    ready,
    get port() {
      return portOf(httpServer)
    },
    handle: (req, res) => run(middlewares, req, res),
    upgrade(req, socket, head) {
      // Vite leaves handshakes it does not know unanswered, for other listeners; here there are none.
      const path = (req.url ?? '').split('?', 1)[0]
      if (!httpServer || path !== config.base) return refuseUpgrade(socket, 400)
      httpServer.emit('upgrade', req, socket, head)
    },
    scripts() {
      scripts ??= clientScripts(
        (url, html) => server.transformIndexHtml(url, html),
        config.base,
      ).catch((error: unknown) => {
        config.logger.warn(`vhost-dev: only Vite's own client goes into pages: ${String(error)}`)
        return { sources: [`${config.base}@vite/client`], inline: '' }
      })
      return scripts
    },
    reload: () => ws.send({ type: 'full-reload', path: '*' }),
  }
}

/** A preview of the build. */
export function previewHandle(server: PreviewServer): ViteHandle {
  const { middlewares, httpServer, config } = server
  return {
    base: config.base,
    ready: Promise.resolve(),
    get port() {
      return portOf(httpServer)
    },
    handle: (req, res) => run(middlewares, req, res),
    upgrade: undefined,
    scripts: undefined,
    reload() {},
  }
}

/** Is the handshake one of Vite's client? */
export function isViteHandshake(req: IncomingMessage): boolean {
  return protocols.has(req.headers['sec-websocket-protocol'] ?? '')
}

function portOf(server: ViteDevServer['httpServer'] | PreviewServer['httpServer']): number {
  const address = server?.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

function run(middlewares: Connect.Server, req: FrontRequest, res: FrontResponse): void {
  // Connect knows HTTP/2's compatibility objects, its types do not.
  middlewares(req as unknown as Connect.IncomingMessage, res as never)
}
