import path from 'node:path'
import type { DevEnvironment, Plugin } from 'vite'
import { parseFile, slashed, staticsOf, type Context } from './context.ts'
import type { LocatedError } from './error.ts'
import { derivedName } from './names.ts'
import { parseRequest } from './request.ts'
import { AMD_HOT_ID } from './runtime-files.ts'
import type { TemplateEdit } from './runtime/amd-hot.ts'

/** Vite's client, on every page that follows edits. */
const CLIENT_RE = /\/vite\/dist\/client\/client\.mjs$/

/** Which modules an edited template touches, and what pages with AMD loaders are told. */
export function hotPlugin(context: Context): Plugin {
  /** Pages show an error of this plugin. */
  let broken = false
  return {
    name: 'hulk-amd:hot',
    apply: 'serve',
    transform: {
      filter: { id: CLIENT_RE },
      handler(code) {
        if (context.options.format !== 'amd') return null
        // Not before the client itself has run: the module asks it for its `import.meta.hot`.
        return { code: `${code}\nimport(${JSON.stringify(AMD_HOT_ID)})\n`, map: null }
      },
    },
    async hotUpdate({ type, file, modules, read }) {
      if (!context.include.matches(slashed(file))) return undefined
      const { environment } = this
      if (type !== 'delete' && environment.name === 'client' && context.options.format === 'amd') {
        const edit = await editOf(context, file, environment.config)
        const wrong = modules.length === 0 && findWrong(file, await read())
        if (wrong) sendError(environment, wrong)
        // Nothing to update takes the error away.
        else if (broken) environment.hot.send({ type: 'update', updates: [] })
        broken = Boolean(wrong)
        if (edit && !wrong) environment.hot.send('hulk-amd:edit', edit)
      }
      const graph = environment.moduleGraph
      if (type === 'create') {
        // Templates that missed a partial look for it again.
        const waiting = new Set(modules)
        for (const one of context.missing.keys()) {
          for (const module of graph.getModulesByFile(one) ?? []) waiting.add(module)
        }
        return [...waiting]
      }
      // `?hogan-render` only forwards to the template, whose object stays the same.
      return modules.filter(({ id }) => !id || parseRequest(id).query !== 'hogan-render')
    },
  }
}

/** Where pages know an edited template from, or undefined when it is below no URL. */
async function editOf(
  context: Context,
  file: string,
  { base, root, publicDir }: { base: string; root: string; publicDir: string },
): Promise<TemplateEdit | undefined> {
  const statics = await staticsOf(context)
  const name = statics ? statics.nameOf(file) : (below(publicDir, file) ?? below(root, file))
  if (name === undefined) return undefined
  const derived = derivedName(name, context.include.suffixes, context.options)
  if (derived === undefined) return undefined
  const start = statics ? new URL(statics.url, 'http://localhost').pathname : base
  return { path: start + encodeURI(derived), source: start + encodeURI(name) }
}

function below(folder: string, file: string): string | undefined {
  const name = slashed(path.relative(folder, file))
  return folder === '' || name.startsWith('../') || path.isAbsolute(name) ? undefined : name
}

function findWrong(file: string, content: string): LocatedError | undefined {
  try {
    parseFile(file, content)
    return undefined
  } catch (error) {
    return error as LocatedError
  }
}

function sendError({ hot, logger }: DevEnvironment, error: LocatedError): void {
  const { message, stack = '', id, loc, frame, plugin, pluginCode } = error
  logger.error(`${message}\n${frame}`, { error })
  hot.send({ type: 'error', err: { message, stack, id, loc, frame, plugin, pluginCode } })
}
