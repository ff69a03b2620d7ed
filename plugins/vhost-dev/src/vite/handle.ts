import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connect, PreviewServer, ViteDevServer } from 'vite'
import type { FrontRequest, FrontResponse } from '../front/request.ts'
import { refuseUpgrade } from '../proxy/upgrade.ts'

/** Vite as the front sees it: a development server or a preview, replaced when Vite restarts. */
export interface ViteHandle {
  readonly base: string
  /** Resolves when it may be asked. */
  readonly ready: Promise<unknown>
  handle(req: FrontRequest, res: FrontResponse): void
  /** Undefined where there is no HMR. */
  readonly upgrade: ((req: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined
  /** Reloads every open page. */
  reload(): void
}

const protocols = new Set(['vite-hmr', 'vite-ping'])

/** A development server. */
export function devHandle(server: ViteDevServer, ready: Promise<unknown>): ViteHandle {
  const { middlewares, httpServer, ws, config } = server
  return {
    base: config.base,
    ready,
    handle: (req, res) => run(middlewares, req, res),
    upgrade(req, socket, head) {
      // Vite leaves handshakes it does not know unanswered, for other listeners; here there are none.
      const path = (req.url ?? '').split('?', 1)[0]
      if (!httpServer || path !== config.base) return refuseUpgrade(socket, 400)
      httpServer.emit('upgrade', req, socket, head)
    },
    reload: () => ws.send({ type: 'full-reload', path: '*' }),
  }
}

/** A preview of the build. */
export function previewHandle(server: PreviewServer): ViteHandle {
  const { middlewares, config } = server
  return {
    base: config.base,
    ready: Promise.resolve(),
    handle: (req, res) => run(middlewares, req, res),
    upgrade: undefined,
    reload() {},
  }
}

/** Is the handshake one of Vite's client? */
export function isViteHandshake(req: IncomingMessage): boolean {
  return protocols.has(req.headers['sec-websocket-protocol'] ?? '')
}

function run(middlewares: Connect.Server, req: FrontRequest, res: FrontResponse): void {
  // Connect knows HTTP/2's compatibility objects, its types do not.
  middlewares(req as unknown as Connect.IncomingMessage, res as never)
}
