import type { DevEnvironment, Plugin } from 'vite'
import { parseFile, slashed, type Context } from '../context.ts'
import type { LocatedError } from '../error.ts'
import { AmdEdits, EDIT_RE } from './amd-edits.ts'
import { parseRequest } from './request.ts'
import { AMD_HOT_ID, AMD_WATCH_ID } from './runtime-files.ts'

/** Vite's client, on every page that follows edits. */
const CLIENT_RE = /\/vite\/dist\/client\/client\.mjs$/

/** Which modules an edited template touches, and what pages with AMD loaders are told. */
export function hotPlugin(context: Context): Plugin {
  const isAmd = context.options.format === 'amd'
  const edits = new AmdEdits(context)
  /** Pages show an error of this plugin. */
  let broken = false
  return {
    name: 'hulk-amd:hot',
    apply: 'serve',
    resolveId: { filter: { id: EDIT_RE }, handler: (id) => ({ id }) },
    load: {
      filter: { id: EDIT_RE },
      async handler(id) {
        const made = await edits.load(id)
        return made && { ...made, moduleType: 'js' }
      },
    },
    transform: {
      filter: { id: CLIENT_RE },
      handler(code) {
        if (!isAmd) return null
        const watch = JSON.stringify(AMD_WATCH_ID)
        const hot = JSON.stringify(AMD_HOT_ID)
        // What listens comes after the client itself, which it asks for its `import.meta.hot`.
        return { code: `import ${watch}\n${code}\nimport(${hot})\n`, map: null }
      },
    },
    async hotUpdate({ type, file, modules, read }) {
      if (!context.include.matches(slashed(file))) return undefined
      const { environment } = this
      const graph = environment.moduleGraph
      const touched = new Set(
        // `?hogan-render` only forwards to the template, whose object stays the same.
        modules.filter(({ id }) => !id || parseRequest(id).query !== 'hogan-render'),
      )
      if (type === 'create') {
        // Templates that missed a partial look for it again.
        for (const one of context.missing.keys()) {
          for (const module of graph.getModulesByFile(one) ?? []) touched.add(module)
        }
      }
      if (isAmd && type !== 'delete' && environment.name === 'client') {
        const wrong = modules.length === 0 && findWrong(file, await read())
        if (wrong) sendError(environment, wrong)
        // Nothing to update takes the error away.
        else if (broken) environment.hot.send({ type: 'update', updates: [] })
        broken = Boolean(wrong)
        const edit = wrong ? undefined : await edits.announce(file, environment.config, graph)
        if (edit) environment.hot.send('hulk-amd:edit', edit)
        const follower = graph.getModuleById(`\0${AMD_HOT_ID}`)
        // Others see that the file is taken care of. An update would take an error away.
        if (follower && edit && touched.size === 0) touched.add(follower)
      }
      return [...touched]
    },
  }
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
