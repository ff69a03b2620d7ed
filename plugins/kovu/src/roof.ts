import type { Plugin, ResolvedConfig } from 'vite'

import { collectTargets, type RoofApi } from './collect.ts'
import { discoverable, type Discovery } from './discover.ts'
import { plan } from './graph/plan.ts'
import { run } from './graph/run.ts'
import type { KovuOptions } from './options.ts'
import { deployTarget } from './targets/deploy.ts'
import { ownTargets } from './targets/own.ts'

/**
 * The roof: the targets that belong to no single plugin, the project's own, and one `buildApp` hook by which plain
 * `vite build` is `kovu static`.
 */
export function roofPlugin(options: KovuOptions, found: Discovery): Plugin {
  let config: ResolvedConfig
  const own = ownTargets(options.targets ?? {}, () => config.root)
  return {
    name: 'kovu',
    sharedDuringBuild: true,
    api: {
      kovu:
        options.deploy === undefined ? {} : { targets: { deploy: deployTarget(options.deploy) } },
      roof: {
        own,
        inputs: [...discoverable, ...(options.inputs ?? [])],
        python: pythonOption(options),
        notify: options.notify,
      },
    } satisfies RoofApi,
    configResolved(resolved) {
      config = resolved
      const said = [
        options.django === undefined && found.manage,
        options.m4 === undefined && found.m4 && 'm4/base.m4',
        options.requirejs === undefined && found.build,
      ].filter((name) => typeof name === 'string')
      if (said.length > 0) config.logger.info(`kovu found ${said.join(' and ')} in ${config.root}`)
    },
    buildApp: {
      order: 'pre',
      async handler(builder) {
        // Under the `kovu` command the graph is the caller; here it is Vite's own command line.
        if (config.kovu !== undefined) return
        const targets = collectTargets(config)
        const before = plan(targets, ['static']).filter(({ name, own }) => own && name !== 'static')
        await run(before, {
          root: config.root,
          mode: config.mode,
          force: true,
          log: config.logger,
          signal: new AbortController().signal,
          report: () => {},
          build: async () => {
            for (const environment of Object.values(builder.environments)) {
              if (!environment.isBuilt) await builder.build(environment)
            }
          },
        })
      },
    },
  }
}

/** The `python` option of django-static, as words of a command line. */
function pythonOption({ django }: KovuOptions): readonly string[] | undefined {
  const python = typeof django === 'object' ? django.python : undefined
  return python === undefined ? undefined : [python].flat()
}
