/** ES modules that import AMD modules, in development and in builds; npm packages that must not meet the page's `define`. */
import { createIdResolver, type Environment, type Plugin, type Rolldown } from 'vite'
import type { Context, Project } from '../context.ts'
import { toLocated } from '../error.ts'
import { amdModule, npmModule, registryModule } from './code.ts'
import { rewriteImports } from './imports.ts'
import { amdModuleId, loadedId, readGenerated, virtualId } from './names.ts'
import { valueOfPackage } from './npm.ts'
import { findAmd, type AmdTarget } from './resolve.ts'

/** What the rest of the plugin has to do with ES modules. */
export interface EsmHooks {
  /** The configurations that ids are looked for in. */
  projects(): Promise<readonly Project[]>
  /** Told of an AMD module that an ES module imports. */
  imported(plugin: Rolldown.PluginContext, id: string, project: Project): Promise<void>
}

/** How `require()` finds a package where no bundler has a say. */
const asNode = { isRequire: true, conditions: ['browser'], mainFields: ['main'] }

const ownScript = /\.(?:[cm]?[jt]sx?|vue|svelte)(?:\?|$)/
const packaged = /\/node_modules\//

/**
 * The plugins.
 *
 * @param context The plugin call.
 * @param hooks What they ask and tell.
 */
export function esmPlugins(context: Context, hooks: EsmHooks): Plugin[] {
  const target = async (specifier: string, importer: string): Promise<AmdTarget | undefined> => {
    if (/^(?:\0|\/|\w+:)/.test(specifier) || packaged.test(importer)) return undefined
    const peers = await context.peers()
    return findAmd(specifier, importer, await hooks.projects(), peers)
  }
  return [
    {
      name: 'requirejs-amd:esm',
      resolveId: {
        order: 'pre',
        filter: { id: { exclude: /^(?:\0|[./]|\w+:\/\/|node:)/ } },
        async handler(source, importer) {
          if (virtualId.test(source)) return { id: `\0${source}` }
          if (importer === undefined || importer.startsWith('\0')) return null
          const found = await target(source, clean(importer))
          if (!found) return null
          if (found.kind === 'file') return this.resolve(found.file, importer, { skipSelf: true })
          return { id: `\0${amdModuleId({ id: found.id, names: [] })}` }
        },
      },
      load: {
        filter: { id: loadedId },
        async handler(id) {
          const made = readGenerated(id)
          if (!made) return null
          switch (made.kind) {
            case 'registry':
              return registryModule
            case 'amd':
              return amdModule(made)
            default: {
              const importer = `${context.config.root}/index.js`
              const { file, required } = await locatePackage(this, made.name, importer)
              const value = file === undefined ? 'default' : valueOfPackage(file, required)
              return npmModule(made.name, value)
            }
          }
        },
      },
      transform: {
        filter: {
          id: { include: ownScript, exclude: [packaged, /^\0/] },
          code: /\b(?:import|export)\b/,
        },
        async handler(code, id) {
          if (environmentOf(this)?.config.consumer === 'server') return null
          const file = clean(id)
          const imported = (id: string, project: Project): Promise<void> =>
            hooks.imported(this, id, project)
          try {
            return (
              (await rewriteImports({
                code,
                file,
                async amdId(specifier) {
                  const found = await target(specifier, file)
                  if (found?.kind !== 'amd') return undefined
                  await imported(found.id, found.project)
                  return found.id
                },
              })) ?? null
            )
          } catch (error) {
            throw toLocated(error)
          }
        },
      },
    },
    umdGuard(),
  ]
}

/** The files that `import` and `require()` of a package lead to. */
async function locatePackage(
  plugin: Rolldown.PluginContext,
  name: string,
  importer: string,
): Promise<{ file: string | undefined; required: string | undefined }> {
  const environment = environmentOf(plugin)
  if (!environment) {
    const found = await plugin.resolve(name, importer)
    return { file: found ? clean(found.id) : undefined, required: undefined }
  }
  const config = environment.getTopLevelConfig()
  const by = async (find: ReturnType<typeof createIdResolver>): Promise<string | undefined> => {
    const file = await find(environment, name, importer)
    return file === undefined ? undefined : clean(file)
  }
  return {
    file: await by(createIdResolver(config)),
    required: await by(createIdResolver(config, asNode)),
  }
}

/** Vite's environment; Rollup has none. */
function environmentOf(plugin: Rolldown.PluginContext): Environment | undefined {
  return (plugin as Rolldown.PluginContext & { environment?: Environment }).environment
}

function clean(id: string): string {
  return id.replace(/[?#].*$/, '')
}

/** What UMD wrappers ask before they hand a module to the page's loader. */
const asksForDefine = /\btypeof\s+define\b[^]*\bdefine\.amd\b|\bdefine\.amd\b/

/** Hides the page's `define` from CommonJS packages: they would give it their value, and the importer nothing. */
function umdGuard(): Plugin {
  const guard: Plugin = {
    name: 'requirejs-amd:umd',
    transform: {
      filter: { id: packaged, code: asksForDefine },
      handler(code) {
        if (/^\s*(?:import|export)\b/m.test(code) && /\bfrom\s*["']|^\s*export\b/m.test(code))
          return null
        if (/\b(?:let|const|class)\s+define\b/.test(code)) return null
        // Hoisted, and behind everything: no place in the source moves.
        return { code: `${code}\n;var define;\n`, map: null }
      },
    },
  }
  return {
    ...guard,
    config: () => ({ optimizeDeps: { rolldownOptions: { plugins: [guard] } } }),
  }
}
