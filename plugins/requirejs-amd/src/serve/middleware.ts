/** Serving without a plugin for static files: Vite's root and public folder are the static root. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { StaticAnswer } from '@kovu/protocol'
import type { Connect, ViteDevServer } from 'vite'
import type { Context } from '../context.ts'
import { analyze } from '../module/analyze.ts'
import type { Answers } from './index.ts'

/**
 * Answers for the loader and for layers, and gives classic scripts and pages that a script asks for (the templates of a loader
 * plugin) as they are: Vite would send them through its transforms, in which sloppy-mode sources fail and templates get its client.
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
    const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = request.headers
    // What XMLHttpRequest and fetch() ask for has no destination.
    const isText = path.endsWith('.html') && destination === 'empty'
    if (
      request.method !== 'GET' ||
      !(isText || path.endsWith('.js')) ||
      /^(?:@|node_modules\/|src\/@)/.test(path)
    )
      return next()
    const classic = mode === 'no-cors' && destination === 'script'
    const find = async (): Promise<StaticAnswer | undefined> => {
      const publicName = decodeURIComponent(path)
      if (publicName.split('/').includes('..')) return undefined
      const peers = await context.peers()
      const found = peers.find(publicName)
      const file = found && !found.derived ? found.file : undefined
      if (isText) {
        if (file === undefined) return undefined
        return { body: await readFile(file), type: 'text/html; charset=utf-8' }
      }
      const answer = await answers.answer({ publicName, file, query: url.searchParams })
      if (answer) return answer
      if (file === undefined || !(classic || url.searchParams.has('amd'))) return undefined
      const body = await readFile(file)
      if (analyze(body.toString(), { file }).kind === 'esm') return undefined
      return { body, type: 'text/javascript; charset=utf-8' }
    }
    const send = async (): Promise<boolean> => {
      const answer = await find()
      if (!answer) return false
      response.setHeader('Content-Type', answer.type)
      response.setHeader('Cache-Control', 'no-cache')
      // A layer that the browser has need not travel again, and is compiled already.
      const etag = `"${createHash('sha1').update(answer.body).digest('base64url')}"`
      response.setHeader('ETag', etag)
      if (request.headers['if-none-match'] === etag) {
        response.statusCode = 304
        response.end()
      } else response.end(answer.body)
      return true
    }
    // eslint-disable-next-line promise/no-callback-in-promise -- that is how middlewares of this kind go on
    send().then((sent) => (sent ? undefined : next()), next)
  }
}
