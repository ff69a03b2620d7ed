import type { DebPackage } from '../deb/write.ts'
import type { RoleOptions } from '../options.ts'
import type { Release } from '../release.ts'
import { control, documentation, text } from './common.ts'
import { roleScripts } from './scripts.ts'
import { readRoleFile } from './tokens.ts'
import { type Units, unitsOf } from './units.ts'

/**
 * The package of a role: units and links that run the current release, whichever that is. It need not be upgraded for a new one.
 *
 * @param programs Names of the programs in the release's virtual environment.
 * @throws {DebReleaseError} When a file of the role cannot be read or used.
 */
export function rolePackage(
  release: Release,
  role: string,
  options: RoleOptions,
  programs: ReadonlySet<string>,
): DebPackage {
  const { names, identity } = release
  const name = names.role(role)
  const { files, sockets, enabled } = allUnits(release, role, options, programs)
  const cron = options.cron === undefined ? undefined : readRoleFile(release, role, options.cron)
  const cronFile = `etc/cron.d/${name.replaceAll(/[.+]/g, '_')}`
  const lines = [
    `units='${enabled.join(' ')}'`,
    `sockets='${sockets.join(' ')}'`,
    `nginx=${options.nginx === undefined ? '' : 'yes'}`,
  ]
  return {
    control: control(release, {
      name,
      architecture: 'all',
      depends: [names.source, 'kovu-release', ...dependsOf(options)],
      summary: `${identity.name}: the role ${role} of the branch ${identity.branch}`,
      description: `Runs the role ${role} of the current release of ${identity.name}, and restarts it\nonce whenever another release becomes current.`,
    }),
    scripts: roleScripts(names, role, [...sockets, ...enabled]),
    triggers: `interest-noawait ${names.trigger}\n`,
    ...(cron !== undefined && { conffiles: [cronFile] }),
    entries: [
      text(`usr/lib/kovu/sites/${names.site}/${role}`, lines.map((line) => `${line}\n`).join('')),
      ...Object.entries(files).map(([unit, content]) =>
        text(`lib/systemd/system/${unit}`, content),
      ),
      ...(cron === undefined ? [] : [text(cronFile, cron)]),
      ...documentation(name, release, cron === undefined ? [] : crontab),
    ],
  }
}

/** What lintian has to be told of a crontab. */
const crontab = [
  '# A crontab was asked for; `schedule` makes timers.',
  'missing-systemd-timer-for-cron-script *',
]

/** A unit of the project's own takes the place of those that are made from `run`. */
function allUnits(
  release: Release,
  role: string,
  options: RoleOptions,
  programs: ReadonlySet<string>,
): Units {
  if (options.service === undefined) return unitsOf(release, role, options, programs)
  const name = `${release.names.role(role)}.service`
  const content = readRoleFile(release, role, options.service)
  return { files: { [name]: content }, sockets: [], enabled: [name] }
}

function dependsOf({ run, service, nginx, cron, schedule, depends = [] }: RoleOptions): string[] {
  return [
    ...(run?.startsWith('node ') === true ? ['nodejs'] : []),
    ...(nginx === undefined ? [] : ['nginx']),
    ...(cron === undefined ? [] : ['cron | cron-daemon']),
    ...(service !== undefined || schedule !== undefined ? ['systemd'] : []),
    ...depends,
  ]
}
