import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Context } from '../context.ts'
import { writeWhole } from '../publish/releases.ts'
import { workDir } from '../work-dir.ts'

/** The file that says where Vite listens. Django asks that port too, so that one left by a crash misleads nobody. */
export function hotFile(root: string): string {
  return join(workDir(root), 'hot.json')
}

/**
 * Development: writes the hot file while the server listens.
 *
 * @param context The context of the plugin call.
 */
export function hotFilePlugin(context: Context): Plugin {
  let text: string | undefined
  return {
    name: 'django-static:hot-file',
    apply: 'serve',
    configureServer(server) {
      const file = hotFile(context.root)
      const http = server.httpServer
      http?.on('listening', () => {
        const address = http.address()
        if (address === null || typeof address === 'string') return
        const host = /^(?:::|0\.0\.0\.0)$/.test(address.address) ? 'localhost' : address.address
        const scheme = server.config.server.https ? 'https' : 'http'
        const shown = host.includes(':') ? `[${host}]` : host
        text = `${JSON.stringify({ url: `${scheme}://${shown}:${address.port}`, pid: process.pid })}\n`
        writeWhole(file, text)
      })
      http?.on('close', () => {
        // A server that came after this one has written its own.
        if (text !== undefined && read(file) === text) rmSync(file, { force: true })
      })
    },
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
