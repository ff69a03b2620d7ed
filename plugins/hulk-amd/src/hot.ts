import type { Plugin } from 'vite'
import { slashed, type Context } from './context.ts'
import { parseRequest } from './request.ts'

/** Which modules an edited template touches. */
export function hotPlugin(context: Context): Plugin {
  return {
    name: 'hulk-amd:hot',
    apply: 'serve',
    hotUpdate({ type, file, modules }) {
      if (!context.include.matches(slashed(file))) return undefined
      const graph = this.environment.moduleGraph
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
