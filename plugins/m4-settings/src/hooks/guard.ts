import path from 'node:path'
import type { Connect, Plugin } from 'vite'
import type { Context } from '../context.ts'
import { located, type LocatedError, M4SettingsError } from '../error.ts'

/** How often a URL may be encoded over and over. */
const MAX_DECODE = 5

/** Keeps sources, templates and rendered settings from the browser: over HTTP, by import, and in bundles. */
export function guardPlugin(context: Context): Plugin {
  return {
    name: 'm4-settings:guard',
    enforce: 'pre',
    configureServer(server) {
      const { root, base } = server.config
      // Before every other middleware, whatever the order of plugins is.
      const handle: Connect.NextHandleFunction = (request, response, next) => {
        const files = filesOf(request.url ?? '', base, root)
        if (!files.some((file) => context.sealed.covers(file))) return next()
        response.statusCode = 403
        response.setHeader('Content-Type', 'text/plain; charset=utf-8')
        response.setHeader('Cache-Control', 'no-store')
        response.end('403 Forbidden: settings are not served (m4-settings).\n')
        return undefined
      }
      server.middlewares.stack.unshift({ route: '', handle })
    },
    load(id) {
      if (id.startsWith('\0') || this.environment?.config.consumer === 'server') return undefined
      const file = id.replace(/[?#].*$/s, '')
      if (!path.isAbsolute(file) || !context.sealed.covers(file)) return undefined
      return this.error(refused(file))
    },
    generateBundle(_, bundle) {
      if (this.environment?.config.consumer === 'server') return
      for (const item of Object.values(bundle)) {
        const names = item.type === 'asset' ? item.originalFileNames : item.moduleIds
        for (const name of names) {
          const file = path.resolve(context.root, name.replace(/[?#].*$/s, ''))
          if (!name.startsWith('\0') && context.sealed.covers(file)) this.error(refused(file))
        }
        const content = item.type === 'asset' ? item.source : item.code
        const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
        for (const [file, encoded] of context.encoded()) {
          if (text.includes(encoded)) this.error(refused(file, item.fileName))
        }
        for (const [name, value] of context.secrets()) {
          if (text.includes(value)) {
            this.warn(`the value of ${name} stands in ${item.fileName}; it is not in \`public\``)
          }
        }
      }
    },
  }
}

/** What a hook's `this.error` is given. */
function refused(file: string, output?: string): LocatedError {
  const into = output === undefined ? 'the browser' : output
  return located(
    new M4SettingsError(
      'M4_SETTINGS_SEALED',
      `${path.basename(file)} holds settings and must not reach ${into}. Name what the browser may know in \`public\`, and import 'virtual:settings'.`,
      { place: { file, line: 1, column: 0 } },
    ),
  )
}

/**
 * Every file that a URL may mean to one middleware or another: decoded as often as it is encoded, with `/@fs/`, `/@id/` and
 * `base` taken off, below the root and from the disk's.
 */
function filesOf(url: string, base: string, root: string): string[] {
  const files = new Set<string>()
  let text = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '').replace(/[?#].*$/s, '')
  for (let round = 0; round < MAX_DECODE; round++) {
    const clean = text.replaceAll('\\', '/').replace(/[?#\0].*$/s, '')
    for (const name of names(clean, base)) {
      const absolute = path.posix.normalize(`/${name}`).replace(/(?<=.)\/$/, '')
      files.add(path.join(root, absolute))
      files.add(path.resolve(/^\/[a-z]:/i.test(absolute) ? absolute.slice(1) : absolute))
    }
    const decoded = decode(text)
    if (decoded === text) break
    text = decoded
  }
  return [...files]
}

function names(url: string, base: string): string[] {
  const folder = base.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '').replace(/^\.?\/*|\/+$/g, '')
  const path0 = path.posix.normalize(`/${url}`)
  const found = [path0]
  const below =
    folder === '' || !path0.startsWith(`/${folder}/`) ? path0 : path0.slice(folder.length + 1)
  for (const each of [path0, below]) {
    found.push(each)
    const inner = /^\/@(?:fs|id)\/+(?:__x00__)?(.*)$/s.exec(each)?.[1]
    if (inner !== undefined) found.push(inner, inner.replace(/^\/*@fs\//, ''))
  }
  return found
}

/** Decodes what is well encoded, and leaves the rest. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1')
    }
  })
}
