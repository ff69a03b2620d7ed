import type { Target } from '@kovu/protocol'
import type { Plugin, ResolvedConfig } from 'vite'

import type { Discovery } from './discover.ts'
import { collectTargets, type RoofApi } from './graph/targets.ts'
import { plan } from './graph/plan.ts'
import { run } from './graph/run.ts'
import type { KovuOptions } from './options.ts'
import { ownTargets } from './own-targets.ts'
import { clean } from './targets/clean.ts'

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
      kovu: { targets: { all, clean, init } },
      roof: { own },
    } satisfies RoofApi,
    configResolved(resolved) {
      config = resolved
      const said = [
        options.django === undefined && found.manage,
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

/** Everything that production needs; what `kovu` runs when no target is named. */
const all: Target = {
  help: 'settings, css, templates, js and static',
  deps: ['settings', 'css', 'templates', 'js', 'static'],
  run: () => Promise.resolve(),
}

/** The set-up has run before the config was loaded (see cli/main.ts): asking Django needs an installed Django. */
const init: Target = {
  help: 'install what is missing: submodules, npm packages, a Python virtual environment; migrate',
  run: () => Promise.resolve(),
}
