import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { debuglog } from 'node:util'
import { isFileLoadingAllowed, type Connect, type Plugin, type ViteDevServer } from 'vite'
import { type Context } from '../context.ts'
import { canonicalUrl, ModuleShapes, reExport } from './es-module.ts'
import { parseRequest, withoutHash, type Wanted } from './request.ts'
import { sendBody, sendFile } from './send.ts'
import { typeOf } from './media-types.ts'
import { derivations, namesBehind } from '../derived.ts'
import { PageClient } from './client.ts'
import { inside } from '../finders/public-name.ts'
import { hintFor } from '../hint.ts'
import type { Project } from '../project.ts'

const debug = debuglog('kovu:django-static')

type StaticWanted = Extract<Wanted, { kind: 'static' }>

/**
 * Development: answers the URLs below STATIC_URL as `runserver` would, from Django's own folders.
 *
 * @param context The context of the plugin call.
 */
export function servePlugin(context: Context): Plugin {
  return {
    name: 'django-static:serve',
    apply: 'serve',
    async configureServer(server) {
      const project = await context.project()
      server.middlewares.use(staticMiddleware(context, project, server))
    },
    closeServer() {
      context.close()
    },
  }
}

function staticMiddleware(
  context: Context,
  project: Project,
  server: ViteDevServer,
): Connect.NextHandleFunction {
  const shapes = new ModuleShapes()
  const client = new PageClient(server, project)
  const base = server.config.base
  return async function djangoStaticMiddleware(request, response, next) {
    const wanted = parseRequest(request.url ?? '', base)
    if (wanted === undefined || wanted.kind === 'internal') {
      next()
      return
    }
    if (wanted.kind === 'hostile') {
      sendBody(request, response, 'Not found.\n', 'text/plain; charset=utf-8', 404)
      return
    }
    try {
      await answer({
        context,
        project,
        server,
        client,
        shapes,
        base,
        request,
        response,
        next,
        wanted,
      })
    } catch (error) {
      next(error)
    }
  }
}

interface Exchange {
  readonly context: Context
  readonly project: Project
  readonly server: ViteDevServer
  readonly client: PageClient
  readonly shapes: ModuleShapes
  readonly base: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly next: Connect.NextFunction
  readonly wanted: StaticWanted
}

async function answer(exchange: Exchange): Promise<void> {
  const { project, server, request, response, next, wanted, context } = exchange
  const { publicName } = wanted
  const plain = withoutHash(publicName)
  await project.refresh(
    namesBehind(context, plain === undefined ? [publicName] : [publicName, plain]),
  )
  for (const name of plain === undefined ? [publicName] : [publicName, plain]) {
    if (await answerName(exchange, name)) return
  }
  // A path from Vite's root is the canonical URL of a module; Vite serves it if it may.
  const file = join(context.root, publicName)
  if (
    publicName.startsWith('@') ||
    (existsSync(file) && isFileLoadingAllowed(server.config, file))
  ) {
    next()
    return
  }
  const text = `No static file has the name ${publicName}.${hintFor(context, project, publicName)}\n`
  sendBody(request, response, text, 'text/plain; charset=utf-8', 404)
}

async function answerName(exchange: Exchange, publicName: string): Promise<boolean> {
  const { context, project, server, client, request, response, next, wanted } = exchange
  const file = project.finders.find(publicName)
  if (file !== undefined && isRefused(exchange, file)) {
    server.config.logger.warn(
      `django-static: ${file} is not served: it is one of the project's own files, or server.fs.deny matches it.`,
      { timestamp: true },
    )
    sendBody(request, response, 'Not served.\n', 'text/plain; charset=utf-8', 403)
    return true
  }
  if (
    !isRead(request) &&
    (file !== undefined || derivedOf(exchange, publicName, file) !== undefined)
  ) {
    response.setHeader('Allow', 'GET, HEAD')
    sendBody(request, response, 'Only GET and HEAD.\n', 'text/plain; charset=utf-8', 405)
    return true
  }
  if (wanted.module && file !== undefined) {
    next()
    return true
  }
  setUserHeaders(exchange)
  for (const peer of context.peers) {
    const given = await peer.answers?.({ publicName, file, query: wanted.query })
    if (given === undefined) continue
    const body = client.isFor(publicName) ? client.withScript(given.body) : given.body
    sendBody(request, response, body, given.type)
    return true
  }
  const derived = derivedOf(exchange, publicName, file)
  if (derived !== undefined) {
    debug('%s is made from %s', publicName, derived.source)
    context.served.add(publicName)
    if (derived.pipeline) {
      request.url = pipelineUrl(exchange, publicName)
      next()
      return true
    }
    const { code } = await derived.render(derived.source)
    sendBody(request, response, code, typeOf(publicName))
    return true
  }
  if (file === undefined) return false
  return sendStatic(exchange, publicName, file)
}

/** A finder may name files that must not leave the machine: `STATICFILES_DIRS = [BASE_DIR]` names settings.py. */
function isRefused({ project, server }: Exchange, file: string): boolean {
  if (project.privateFiles.has(file)) return true
  // Static folders are allowed as a whole: what is not allowed in them is denied by a pattern.
  const isBelowRoot = project.finders.roots.some(({ dir }) => inside(file, dir) !== undefined)
  return isBelowRoot && !isFileLoadingAllowed(server.config, file)
}

async function sendStatic(exchange: Exchange, publicName: string, file: string): Promise<boolean> {
  const { context, project, server, client, shapes, base, request, response } = exchange
  const shape = shapeOf(shapes, file)
  if (shape !== undefined) {
    const url = canonicalUrl(file, context.root, base)
    const text = reExport(url, shape)
    const body = client.isFor(publicName) ? client.withModule(text) : text
    sendBody(request, response, body, typeOf('x.js'))
    return true
  }
  context.served.add(publicName)
  if (client.isFor(publicName)) {
    sendBody(request, response, client.withScript(await readFile(file)), typeOf(file))
    return true
  }
  if (await sendFile(request, response, file)) return true
  project.finders.update(file)
  server.config.logger.warn(`django-static: ${file} cannot be read.`, { timestamp: true })
  return false
}

function shapeOf(shapes: ModuleShapes, file: string): ReturnType<ModuleShapes['of']> {
  try {
    return shapes.of(file)
  } catch {
    // The file went away or cannot be read: sending it will tell.
    return undefined
  }
}

function derivedOf(
  { context, project }: Exchange,
  publicName: string,
  file: string | undefined,
):
  | { source: string; pipeline: boolean; render(source: string): Promise<{ code: string }> }
  | undefined {
  for (const derivation of derivations(context)) {
    if (file !== undefined && !derivation.preferSource) continue
    const derived = project.finders.findDerived(publicName, derivation.from, derivation.to)
    if (derived === undefined) continue
    return {
      source: derived.source,
      pipeline: derivation.pipeline,
      render: (source) => derivation.render(source),
    }
  }
  return undefined
}

/** The URL by which Vite finds the module: the public name, without the user's `?v=`, which would mean a dependency to Vite. */
function pipelineUrl({ base, wanted }: Exchange, publicName: string): string {
  const path = base + encodeURI(publicName).replaceAll('?', '%3F').replaceAll('#', '%23')
  const query: string[] = []
  if (wanted.module) {
    for (const [name, value] of wanted.query) query.push(value === '' ? name : `${name}=${value}`)
  } else {
    if (publicName.endsWith('.css')) query.push('direct')
    const time = wanted.query.get('t')
    if (time !== null && /^\d+$/.test(time)) query.push(`t=${time}`)
  }
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function isRead({ method }: IncomingMessage): boolean {
  return method === undefined || method === 'GET' || method === 'HEAD'
}

function setUserHeaders({ server, response }: Exchange): void {
  for (const [name, value] of Object.entries(server.config.server.headers)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}
