import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import type { Command, KovuRun } from '@kovu/protocol'
import type { Plugin, PluginOption, ResolvedConfig, ViteBuilder } from 'vite'

import { collector, type Collected } from '../build/collector.ts'
import { type CollectedConfig, collectTargets, peers, type Roof, roofOf } from '../collect.ts'
import { KovuError } from '../error.ts'
import { baseInputs, viteConfigs } from '../graph/base.ts'
import { noteVariables } from '../graph/environment.ts'
import type { Graph } from '../graph/targets.ts'
import { type Arguments, askedMode, isServing } from './arguments.ts'

/** A project whose Vite config has been loaded. */
export interface Project {
  readonly config: ResolvedConfig
  readonly graph: Graph
  readonly commands: ReadonlyMap<string, Command>
  /** The command of this name, when the plugin that offers it offers this target, too. */
  commandBehind(target: string, name: string): Command | undefined
  /** What the project says of itself through the preset. */
  readonly roof: Roof | undefined
  /** Keys of what every target depends on. */
  readonly base: readonly string[]
  /** Tells the plugins, through `config.kovu`, everything that is going to run: a plan is only known once they are loaded. */
  announce(targets: readonly string[]): void
  /** Runs Vite's build of all environments. */
  build(): Promise<void>
  /** What the build has read and written so far. */
  readonly built: Collected
}

/**
 * Looks whether there is a project that can be loaded.
 *
 * @throws KovuError `KOVU_NO_CONFIG` when there is no Vite config, `KOVU_NOT_INSTALLED` when it imports what is not installed.
 */
export function checkProject({ root, config }: Arguments): void {
  const name = config ?? viteConfigs.find((one) => existsSync(join(root, one)))
  const file = name === undefined ? undefined : resolve(root, name)
  if (file === undefined || !existsSync(file)) {
    throw new KovuError(
      'KOVU_NO_CONFIG',
      config === undefined
        ? `There is no Vite config in ${root}. \`kovu new\` writes one with \`plugins: [kovu()]\`; or name the folder with --root.`
        : `There is no ${file}.`,
    )
  }
  const imported = readFileSync(file, 'utf8').matchAll(
    /\bfrom\s*['"](vite|kovu|@kovu\/[\w-]+)['"]/g,
  )
  const missing = [...new Set([...imported].map(([, from = '']) => from))].filter(
    (from) => !isInstalled(from, dirname(file)),
  )
  if (missing.length > 0) {
    throw new KovuError(
      'KOVU_NOT_INSTALLED',
      `${file} imports ${missing.join(' and ')}, which ${missing.length === 1 ? 'is' : 'are'} not installed here. Run: npm install --save-dev ${missing.join(' ')}`,
    )
  }
}

function isInstalled(name: string, from: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true
    if (folder === dirname(folder)) return false
  }
}

/** Has a plugin something of this name? */
function own(offered: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  return offered !== undefined && Object.hasOwn(offered, name)
}

/** What a project has to offer. */
export type Offers = Pick<Project, 'graph' | 'commands'>

/**
 * Reads what a project offers off its Vite config, and runs no hook of any plugin: it can be told where neither Django nor a service is
 * there to be asked.
 *
 * @param targets The goals.
 * @throws KovuError `KOVU_NO_PLUGIN` when none of the config's plugins takes part.
 */
export async function loadOffers(args: Arguments, targets: readonly string[]): Promise<Offers> {
  const { loadConfigFromFile } = await import('vite')
  const command = isServing(targets) ? 'serve' : 'build'
  const mode = askedMode(args, targets)
  const loaded = await loadConfigFromFile({ command, mode }, args.config, args.root)
  return offersOf({ root: args.root, plugins: await flatten(loaded?.config.plugins) })
}

async function flatten(option: PluginOption): Promise<Plugin[]> {
  const plugin = await option
  if (Array.isArray(plugin)) return (await Promise.all(plugin.map(flatten))).flat()
  return plugin ? [plugin] : []
}

function offersOf(config: CollectedConfig): Offers {
  if (peers(config).length === 0) {
    throw new KovuError(
      'KOVU_NO_PLUGIN',
      `The Vite config in ${config.root} has no plugin of Kovu's. Add \`kovu()\` from 'kovu', or one plugin such as \`lessYui()\`.`,
    )
  }
  return {
    graph: collectTargets(config),
    commands: new Map(peers(config).flatMap((api) => Object.entries(api.commands ?? {}))),
  }
}

/**
 * Loads a project's Vite config once, for a build or for a server.
 *
 * @param targets The goals.
 * @throws KovuError `KOVU_NO_PLUGIN` when none of its plugins takes part.
 */
export async function loadProject(args: Arguments, targets: readonly string[]): Promise<Project> {
  const { root } = args
  const { createBuilder, resolveConfig } = await import('vite')
  const built: Collected = { inputs: new Set(), outputs: new Set(), isObliged: false }
  const announced: KovuRun = { targets }
  const inline = {
    root,
    kovu: announced,
    // Else each environment has plugins of its own, which a target, the main config's, knows nothing of.
    builder: { sharedConfigBuild: true },
    plugins: [collector(built)],
    ...(args.config === undefined ? {} : { configFile: args.config }),
    // What is printed may be meant for a file: kovu --graph=svg > graph.svg
    ...(args.graph === undefined && !args.dryRun ? {} : { logLevel: 'warn' as const }),
    mode: askedMode(args, targets),
  }
  const variables = new Set<string>()
  const { builder, config } = await noteVariables(variables, async () => {
    if (isServing(targets)) {
      const served = await resolveConfig(inline, 'serve', 'development')
      return { builder: undefined, config: served }
    }
    const made: ViteBuilder = await createBuilder(inline)
    return { builder: made, config: made.config }
  })
  const roof = roofOf(config)
  return {
    ...offersOf(config),
    config,
    roof,
    commandBehind: (target, name) =>
      peers(config).find((api) => own(api.targets, target) && own(api.commands, name))?.commands?.[
        name
      ],
    base: baseInputs(config, variables, roof?.inputs ?? []),
    announce: (planned) => {
      Object.assign(announced, { targets: planned } satisfies KovuRun)
    },
    build: async () => {
      await builder?.buildApp()
    },
    built,
  }
}
