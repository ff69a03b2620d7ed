import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Command, KovuRun } from '@kovu/protocol'
import type { ResolvedConfig, ViteBuilder } from 'vite'

import { KovuError } from '../error.ts'
import { collectTargets, type Graph, peers } from '../graph/targets.ts'
import type { Arguments } from './arguments.ts'

/** A project whose Vite config has been loaded. */
export interface Project {
  readonly config: ResolvedConfig
  readonly graph: Graph
  readonly commands: ReadonlyMap<string, Command>
  /** Tells the plugins, through `config.kovu`, everything that is going to run: a plan is only known once they are loaded. */
  announce(targets: readonly string[]): void
  /** Runs Vite's build of all environments. */
  build(): Promise<void>
}

/** The names under which Vite looks for its config. */
const configNames = ['js', 'mjs', 'ts', 'cjs', 'mts', 'cts'].map((end) => `vite.config.${end}`)

/** Targets that serve; they want Vite's mode for development. */
const servers = new Set(['testserver'])

/**
 * Loads a project's Vite config once, for a build or for a server.
 *
 * @param targets The goals.
 * @throws KovuError `KOVU_NO_CONFIG` when there is none, `KOVU_NO_PLUGIN` when none of its plugins takes part.
 */
export async function loadProject(args: Arguments, targets: readonly string[]): Promise<Project> {
  const { root } = args
  if (args.config === undefined && !configNames.some((name) => existsSync(join(root, name)))) {
    throw new KovuError(
      'KOVU_NO_CONFIG',
      `There is no Vite config in ${root}. Write a vite.config.ts with \`plugins: [kovu()]\`, or name the folder with --root.`,
    )
  }
  const { createBuilder, resolveConfig } = await import('vite')
  const serving = targets.some((name) => servers.has(name))
  const inline = {
    root,
    kovu: { targets },
    ...(args.config === undefined ? {} : { configFile: args.config }),
    ...(args.mode === undefined ? {} : { mode: args.mode }),
  }
  const builder: ViteBuilder | undefined = serving ? undefined : await createBuilder(inline)
  const config = builder?.config ?? (await resolveConfig(inline, 'serve', 'development'))
  const graph = collectTargets(config)
  if (graph.size === 0) {
    throw new KovuError(
      'KOVU_NO_PLUGIN',
      `The Vite config in ${root} has no plugin of Kovu's. Add \`kovu()\` from 'kovu', or one plugin such as \`lessYui()\`.`,
    )
  }
  return {
    config,
    graph,
    commands: new Map(peers(config).flatMap((api) => Object.entries(api.commands ?? {}))),
    announce: (planned) => {
      Object.assign(config, { kovu: { targets: planned } satisfies KovuRun })
    },
    build: async () => {
      await builder?.buildApp()
    },
  }
}
