/** Serving without a plugin for static files: Vite's root and public folder are the static root. */
import { readFile } from 'node:fs/promises'
import type { Connect, ViteDevServer } from 'vite'
import type { Context } from '../context.ts'
import { analyze } from '../module/analyze.ts'
import type { Answers } from './index.ts'

/**
 * Answers for the loader and for layers, and gives classic scripts as they are: Vite would send them through its
 * transforms, in which sloppy-mode sources fail.
 *
 * @param answers What the plugin answers.
 * @param server Vite's server.
 */
export function standalone(
  context: Context,
  answers: Answers,
  server: ViteDevServer,
): Connect.NextHandleFunction {
  return function requirejsAmdMiddleware(request, response, next) {
    const { base } = server.config
    const url = new URL(request.url ?? '/', 'http://localhost')
    // In a middleware of a plugin, Vite has already taken `base` away unless it is a later one.
    const path = url.pathname.startsWith(base)
      ? url.pathname.slice(base.length)
      : url.pathname.slice(1)
    if (
      request.method !== 'GET' ||
      !path.endsWith('.js') ||
      /^(?:@|node_modules\/|src\/@)/.test(path)
    )
      return next()
    const classic =
      request.headers['sec-fetch-mode'] === 'no-cors' &&
      request.headers['sec-fetch-dest'] === 'script'
    const send = async (): Promise<boolean> => {
      const publicName = decodeURIComponent(path)
      if (publicName.split('/').includes('..')) return false
      const peers = await context.peers()
      const found = peers.find(publicName)
      const file = found && !found.derived ? found.file : undefined
      const answer = await answers.answer({ publicName, file, query: url.searchParams })
      let { body, type } = answer ?? { body: '', type: 'text/javascript; charset=utf-8' }
      if (!answer) {
        if (file === undefined || !(classic || url.searchParams.has('amd'))) return false
        body = await readFile(file)
        if (analyze(body.toString(), { file }).kind === 'esm') return false
      }
      response.setHeader('Content-Type', type)
      response.setHeader('Cache-Control', 'no-cache')
      response.end(body)
      return true
    }
    // eslint-disable-next-line promise/no-callback-in-promise -- that is how middlewares of this kind go on
    send().then((sent) => (sent ? undefined : next()), next)
  }
}
