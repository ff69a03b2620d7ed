import type { DebReleaseOptions } from '@kovu/deb-release'
import type { DjangoStaticOptions } from '@kovu/django-static'
import type { HulkAmdOptions } from '@kovu/hulk-amd'
import type { LessYuiOptions } from '@kovu/less-yui'
import type { M4SettingsOptions } from '@kovu/m4-settings'
import type { RequirejsAmdOptions } from '@kovu/requirejs-amd'
import type { VhostDevOptions } from '@kovu/vhost-dev'
import type { VmServicesOptions } from '@kovu/vm-services'

import { KovuError } from './error.ts'
import { nearest } from './nearest.ts'

/** Options of the whole suite. The first keys belong to one plugin each; `false` leaves that plugin out. */
export interface KovuOptions {
  /** Options of `@kovu/django-static`. @default found by `manage.py` in the root; left out when there is none */
  readonly django?: DjangoStaticOptions | false
  /** Options of `@kovu/m4-settings`. @default {} if there is `m4/base.m4` in the root; else left out */
  readonly m4?: M4SettingsOptions | false
  /** Options of `@kovu/less-yui`. @default {} */
  readonly less?: LessYuiOptions | false
  /** Options of `@kovu/hulk-amd`. @default { format: 'amd' } */
  readonly hulk?: HulkAmdOptions | false
  /** Options of `@kovu/requirejs-amd`. @default the r.js build file in the root (`build.js`, `app.build.js`, …), if there is one */
  readonly requirejs?: RequirejsAmdOptions | false
  /** Options of `@kovu/vhost-dev`. @default left out */
  readonly vhosts?: VhostDevOptions | false
  /** Options of `@kovu/vm-services`. @default left out */
  readonly vm?: VmServicesOptions | false
  /** Options of `@kovu/deb-release`. @default left out */
  readonly deb?: DebReleaseOptions | false
  /** Targets of the project's own, by name. @default {} */
  readonly targets?: Readonly<Record<string, OwnTarget>>
  /**
   * What every target depends on beyond what is learned: files or globs below the root, `env:NAME`. For what the Vite config reads by
   * itself, such as a VERSION file. @default []
   */
  readonly inputs?: readonly string[]
  /** What `kovu deploy` does on which hosts. @default left out */
  readonly deploy?: DeployOptions
  /**
   * Who is told how `kovu ci`, `publish` and `deploy` ended: a shell command with `{status}`, `{branch}`, `{build}` in it, or an http URL
   * that is sent the outcome as JSON. @default left out
   */
  readonly notify?: string
}

/** What the `deploy` target does. */
export interface DeployOptions {
  /** The hosts, one after another. */
  readonly hosts: readonly string[]
  /** A shell command for each host; `{host}`, `{branch}`, `{build}` and `{mode}` are put in. */
  readonly command: string
}

/** A target of the project's own. */
export interface OwnTarget {
  /** One line for `kovu --list`. @default the command */
  readonly help?: string
  /** A shell command, run in the root with the project's virtual environment first on PATH; or a function. */
  readonly run: string | (() => void | Promise<void>)
  /**
   * What it reads: files or globs below the root, `env:NAME`. With inputs it runs only when one of them, or of its outputs, has changed;
   * without, whenever it is asked for. @default none
   */
  readonly inputs?: string | readonly string[]
  /** What it writes: files or globs below the root; `kovu clean` removes them. @default none */
  readonly outputs?: string | readonly string[]
  /** Targets that need this one: it runs before them. */
  readonly before?: string | readonly string[]
  /** Targets that this one follows: whenever they run, it runs after them. */
  readonly after?: string | readonly string[]
}

const known = {
  django: true,
  m4: true,
  less: true,
  hulk: true,
  requirejs: true,
  vhosts: true,
  vm: true,
  deb: true,
  targets: true,
  inputs: true,
  deploy: true,
  notify: true,
} as const satisfies Record<keyof KovuOptions, true>

const knownOfTarget = {
  run: true,
  before: true,
  after: true,
  inputs: true,
  outputs: true,
  help: true,
} as const satisfies Record<keyof OwnTarget, true>

/**
 * Looks for options that do not exist: Vite does not check the types of a config, and one with a mistyped name would do nothing.
 *
 * @throws KovuError `KOVU_OPTION`, with the nearest name; also for a target that has nothing to run.
 */
export function checkOptions(options: KovuOptions): void {
  checkNames('kovu()', options, Object.keys(known))
  for (const [name, target] of Object.entries(options.targets ?? {})) {
    const { run } = checkNames(`The target \`${name}\``, target, Object.keys(knownOfTarget))
    if (typeof run === 'function' || (typeof run === 'string' && run.trim() !== '')) continue
    throw new KovuError(
      'KOVU_OPTION',
      `The target \`${name}\` has nothing to run. Its \`run\` is a shell command or a function.`,
    )
  }
}

function checkNames<Options extends object>(
  whose: string,
  options: Options,
  names: readonly string[],
): Options {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    const near = nearest(name, names)
    throw new KovuError(
      'KOVU_OPTION',
      `${whose} has no option \`${name}\`.${near === undefined ? '' : ` Did you mean \`${near}\`?`} It has ${names.join(', ')}.`,
    )
  }
  return options
}
