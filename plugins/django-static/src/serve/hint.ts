import type { Plugin } from 'vite'
import type { Context } from '../context.ts'
import { readStaticUrl } from '../django/static-url.ts'
import { hasFront } from './front.ts'

/**
 * Development without a front: says what Django needs for its pages to load static files from Vite at all.
 *
 * @param context The context of the plugin call.
 */
export function hintPlugin(context: Context): Plugin {
  return {
    name: 'django-static:hint',
    apply: 'serve',
    async configureServer(server) {
      const { info } = await context.project()
      const { origin, path } = readStaticUrl(info.staticUrl)
      if (origin !== undefined || hasFront(server.config.plugins)) return
      const http = server.httpServer
      http?.once('listening', () => {
        const address = http.address()
        if (address === null || typeof address === 'string') return
        const url = `http://localhost:${address.port}${path}`
        server.config.logger.info(
          `django-static: STATIC_URL is the path ${info.staticUrl}: pages of \`manage.py runserver\` load it from Django, not from here. ` +
            `Set STATIC_URL = '${url}' where DEBUG is on, or put a development front (@kovu/vhost-dev) before both.`,
        )
      })
    },
  }
}
