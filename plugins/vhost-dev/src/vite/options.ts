import type { CorsOptions, ResolvedConfig, UserConfig } from 'vite'

/**
 * What Vite must know to stand behind the front. What the user has set stays.
 *
 * @param isOurs Is an origin one of the front's hosts? Known only once it listens.
 */
export function viteOptions(
  user: UserConfig,
  domain: string,
  isOurs: (origin: string) => boolean,
): UserConfig {
  const server = user.server ?? {}
  const allowedHosts = [`.${domain}`]
  const cors: CorsOptions = {
    origin(origin, answer) {
      // The package takes null for "no error", its types do not.
      answer(null as unknown as Error, origin !== undefined && isOurs(origin))
    },
  }
  const hmr = typeof server.hmr === 'object' ? server.hmr : {}
  const hasSocketOptions =
    server.ws !== undefined || Object.keys(hmr).some((key) => key !== 'overlay')
  return {
    server: {
      // Vite listens for itself, and for nobody else: the front hands requests over inside the process.
      host: server.host ?? '127.0.0.1',
      port: server.port ?? 0,
      ...(server.allowedHosts === true ? {} : { allowedHosts }),
      ...(server.cors === undefined ? { cors } : {}),
      ...(hasSocketOptions ? {} : { ws: { protocol: 'wss' } }),
    },
    preview: {
      host: user.preview?.host ?? '127.0.0.1',
      port: user.preview?.port ?? 0,
      ...(user.preview?.allowedHosts === true ? {} : { allowedHosts }),
      ...(user.preview?.cors === undefined ? { cors } : {}),
    },
  }
}

/**
 * Tells Vite where the public finds it, which is known only now that the front listens. Vite reads both later: the
 * client's settings when it starts to listen, the origin when it serves an asset.
 *
 * @param origin Origin of the host that answers for Vite's files; undefined when each page's own host does.
 */
export function tellPublicAddress(
  config: ResolvedConfig,
  port: number,
  origin: string | undefined,
): void {
  const { server } = config as {
    server: { -readonly [K in keyof ResolvedConfig['server']]: ResolvedConfig['server'][K] }
  }
  if (server.ws !== false && typeof server.ws === 'object') server.ws.clientPort ??= port
  if (origin !== undefined) server.origin ??= origin
}
