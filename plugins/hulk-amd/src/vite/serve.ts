import fs from 'node:fs'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import type { Plugin } from 'vite'
import { knowsStatics, slashed, type Context } from '../context.ts'
import { render } from '../derived/index.ts'
import { sourceOf } from './resolve.ts'

/**
 * Answers `hello.template.js` with the AMD or CommonJS text made from its template, where no other plugin serves
 * derived names.
 */
export function servePlugin(context: Context): Plugin {
  return {
    name: 'hulk-amd:serve',
    apply: 'serve',
    configureServer(server) {
      if (context.options.format === 'esm' || context.peers.some(knowsStatics)) return
      server.middlewares.use(function hulkAmdServe(request, response, next) {
        const pathname = request.url?.split('?', 1)[0] ?? ''
        if (request.method !== 'GET' || !pathname.endsWith('.js')) return next()
        const source = findSource(context, pathname, server.config.publicDir)
        if (!source) return next()
        void send(context, source, response).then(undefined, next)
      })
    },
  }
}

async function send(context: Context, source: string, response: ServerResponse): Promise<void> {
  const { code, map } = await render(context, source)
  const encoded = Buffer.from(map ?? '').toString('base64')
  response.setHeader('Content-Type', 'text/javascript; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache')
  response.end(`${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`)
}

function findSource(context: Context, pathname: string, publicDir: string): string | undefined {
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (name.includes('\0')) return undefined
  for (const dir of publicDir ? [context.root, publicDir] : [context.root]) {
    const file = path.join(dir, name)
    if (!slashed(file).startsWith(`${slashed(dir)}/`) || slashed(file).includes('/node_modules/'))
      continue
    if (fs.existsSync(file) && !file.endsWith('.template.js')) continue
    const source = sourceOf(context, file)
    if (source) return source
  }
  return undefined
}
