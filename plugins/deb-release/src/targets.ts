import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Target } from '@kovu/protocol'

import type { Context } from './context.ts'
import { BRANCH_VARIABLES, BUILD_VARIABLES, historyOf } from './detect.ts'
import { DebReleaseError } from './error.ts'
import type { Names } from './identity.ts'
import { channelOf } from './channels.ts'

/**
 * The `deb` target: the project as it stands, after its static files and settings were made, as Debian packages.
 *
 * @param context The context of the plugin call.
 */
export function debTarget(context: Context): Target {
  return {
    help: 'build Debian packages of this release and its roles, in dist/deb',
    deps: ['settings', 'static'],
    async run({ signal, log, input, output, mode }) {
      for (const what of inputsOfRelease(context)) input(what)
      // But for what is made of packages: that is no part of them.
      const made = [context.debFolder, context.repository]
      input(`files:${context.root}/**${made.map((dir) => `\n!${dir}/**`).join('')}`)
      const { identity, options } = await context.release()
      const channel = channelOf(options.channels, identity.branch, process.env)
      if (channel !== undefined && channel !== mode) {
        log.warn(
          `${identity.branch} goes to ${channel}, and its settings are those of the mode ${mode}. If there are others for it: --mode ${channel}.`,
        )
      }
      // Every run of any target loads this plugin; what builds packages is loaded when there are some to build.
      const { buildPackages, sizeOfDeb } = await import('./build.ts')
      const built = await buildPackages(context, { signal, say: (message) => log.info(message) })
      for (const { file, size } of built) {
        output(file)
        log.info(`${file.slice(context.root.length + 1)}  ${sizeOfDeb(size)}`)
      }
    },
  }
}

/**
 * The `publish` target: what `deb` wrote, into the suite of its branch.
 *
 * @param context The context of the plugin call.
 */
export function publishTarget(context: Context): Target {
  return {
    help: 'put the packages into the apt repository, dist/apt',
    deps: ['test', 'deb'],
    async run({ log, input, output }) {
      const { identity, names, options } = await context.release()
      const suite = channelOf(options.channels, identity.branch, process.env)
      // Another branch or build is another release, whose packages were not there when this was run last.
      for (const what of [...inputsOfRelease(context), 'env:KOVU_CHANNEL']) input(what)
      if (suite === undefined) {
        log.info(
          `The branch ${identity.branch} has no channel: nothing is published. KOVU_CHANNEL=${identity.branch} kovu publish does it all the same.`,
        )
        return
      }
      const { repository } = context
      const debs = packagesOf(context, names)
      for (const file of debs) input(file)
      const { sign, keep } = options
      const { publish } = await import('./repository/publish.ts')
      const result = await publish({ repository, suite, origin: identity.name, debs, keep, sign })
      output(join(repository, 'dists', suite, 'Release'))
      for (const { name, version } of result.dropped) log.info(`${name} ${version} is dropped`)
      log.info(
        result.changed
          ? `${result.added.length} packages published to ${suite}`
          : `${suite} has these packages already`,
      )
      if (sign === undefined) {
        log.warn(
          'The repository is not signed: servers have to trust it blindly. Set debRelease’s `sign`.',
        )
      }
    },
  }
}

/** What decides which release it is, as `TargetContext.input` takes it. */
function inputsOfRelease({ root }: Context): string[] {
  const variables = [...BUILD_VARIABLES, ...BRANCH_VARIABLES, 'SOURCE_DATE_EPOCH']
  return [...variables.map((name) => `env:${name}`), historyOf(root) ?? []].flat()
}

/** The packages of this release that `deb` left. */
function packagesOf({ debFolder, options }: Context, names: Names): string[] {
  const there = existsSync(debFolder) ? readdirSync(debFolder) : []
  const build = names.payload.slice(names.source.length + 2)
  const wanted = [
    names.payload,
    names.source,
    ...[...options.roles.keys()].map((role) => names.role(role)),
  ]
  const server = there.find((file) => file.startsWith('kovu-release_')) ?? 'kovu-release'
  return [
    ...wanted.map(
      (name) => there.find((file) => file.startsWith(`${name}_${build}_`)) ?? `${name}_${build}`,
    ),
    server,
  ].map((file) => {
    if (file.endsWith('.deb')) return join(debFolder, file)
    throw new DebReleaseError(
      'DEB_RELEASE_MISSING',
      `There is no package ${file} in ${debFolder}. Run kovu deb first.`,
    )
  })
}
