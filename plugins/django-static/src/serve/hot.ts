import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HotUpdateOptions, Plugin, ViteDevServer } from 'vite'
import { type Context } from '../context.ts'
import { isInstalled } from '../templates/texts.ts'
import { namesMadeFrom } from '../derived.ts'
import { hasFront } from './front.ts'
import { LaterFolders } from './later-folders.ts'
import type { Project } from '../project.ts'

const TEMPLATE = /\.(?:html?|djhtml|jinja2?|j2)$/
/** Without a front nobody knows when Django has restarted, or has dropped the template from its cache: it looks each second. */
const DJANGO_MS = 1500

/**
 * Development: what changes on disk changes in the index, and pages learn of it.
 *
 * @param context The context of the plugin call.
 */
export function hotPlugin(context: Context): Plugin {
  let later: LaterFolders | undefined
  return {
    name: 'django-static:hot',
    apply: 'serve',
    closeServer({ reason }) {
      // After a restart the waiting is the new server's.
      if (reason !== 'restart') later?.close()
    },
    async configureServer(server) {
      const project = await context.project()
      later?.close()
      later = new LaterFolders()
      watchOutside(context, project, server, later)
      const update = (file: string): void => {
        project.finders.update(file)
        project.texts.clear()
      }
      server.watcher.on('add', update)
      server.watcher.on('unlink', update)
      server.watcher.on('change', (file) => {
        if (TEMPLATE.test(file) || file.endsWith('.py') || file.endsWith('.js'))
          project.texts.clear()
        if (!project.info.files.includes(file)) return
        // Finders of the project's own may have changed.
        project.close()
        void restartIfChanged(context, project, server)
      })
    },
    hotUpdate: {
      async handler(options) {
        if (this.environment.name !== 'client') return
        const project = await context.project()
        if (options.modules.length === 0) announce(context, project, options)
      },
    },
  }
}

/** Tells the pages about a file that is in no module graph. */
function announce(context: Context, project: Project, options: HotUpdateOptions): void {
  const { file, server, timestamp } = options
  if (file.endsWith('.py') || (TEMPLATE.test(file) && !project.finders.holds(file))) {
    if (!hasFront(server.config.plugins)) setTimeout(() => reload(server, file), DJANGO_MS).unref()
    // The front knows when Django answers again; templates it renders anew each time.
    else if (!file.endsWith('.py')) reload(server, file)
    return
  }
  const publicName = project.finders.nameOf(file)
  if (publicName === undefined) return
  if (file.endsWith('.css')) {
    const path = `/${publicName}`
    const update = { type: 'css-update', path, acceptedPath: path, timestamp } as const
    server.environments.client.hot.send({ type: 'update', updates: [update] })
    return
  }
  const names = [publicName, ...namesMadeFrom(context, publicName)]
  if (names.some((name) => context.served.has(name))) reload(server, file)
}

function reload(server: ViteDevServer, file: string): void {
  // Of an .html file Vite tells itself.
  if (!file.endsWith('.html'))
    server.config.logger.info(`page reload ${file.replace(`${server.config.root}/`, '')}`, {
      timestamp: true,
      clear: true,
    })
  server.environments.client.hot.send({ type: 'full-reload', path: '*', triggeredBy: file })
}

function watchOutside(
  context: Context,
  project: Project,
  server: ViteDevServer,
  later: LaterFolders,
): void {
  const { info, finders } = project
  const dirs = [
    ...finders.roots.map(({ dir }) => dir),
    ...info.templates.flatMap(({ dirs: folders }) => folders),
    ...info.apps.flatMap((app) =>
      existsSync(join(app, 'templates')) ? [join(app, 'templates')] : [],
    ),
    ...info.files,
    ...finders.ownDirs,
  ]
  const root = `${context.root}/`
  for (const dir of dirs) {
    if (dir.startsWith(root) || isInstalled(dir)) continue
    if (existsSync(dir)) server.watcher.add(dir)
    else {
      later.wait(dir, () => {
        server.watcher.add(dir)
        finders.scan(dir)
        project.texts.clear()
      })
    }
  }
}

async function restartIfChanged(
  context: Context,
  project: Project,
  server: ViteDevServer,
): Promise<void> {
  const before = JSON.stringify(comparable(project))
  try {
    const after = await context.reopen()
    if (JSON.stringify(comparable(after)) === before) return
    server.config.logger.info('Django’s settings changed, restarting the server', {
      timestamp: true,
    })
    await server.restart()
  } catch (error) {
    server.config.logger.error(`django-static: ${(error as Error).message}`, { timestamp: true })
  }
}

/** What of the answer concerns the server: not the list of files that were read for it. */
function comparable({ info }: Project): unknown {
  return { ...info, files: [] }
}
