import type { DebPackage } from '../deb/write.ts'
import type { Release } from '../release.ts'
import { control, documentation, text } from './common.ts'
import { sourceScripts } from './scripts.ts'

/**
 * The package that stands for "the branch, at this build": installing it, or going back to an earlier version of it, switches.
 */
export function sourcePackage(release: Release): DebPackage {
  const { names, identity, options } = release
  const { source, payload, site } = names
  const apt = `etc/apt/apt.conf.d/50${source}`
  const pattern = `^${source}-r[0-9]`.replaceAll('.', '\\\\.').replaceAll('+', '\\\\+')
  return {
    control: control(release, {
      name: source,
      architecture: 'all',
      depends: ['kovu-release', `${payload} (= ${identity.build})`],
      summary: `${identity.name}: the current release of the branch ${identity.branch}`,
      description: `Makes build ${identity.build} the current release of ${identity.name}. Other builds stay installed\nbeside it: kovu release switch goes back to one at once.`,
    }),
    scripts: sourceScripts(names),
    conffiles: [apt],
    entries: [
      text(
        apt,
        `// Releases that are not current are what one goes back to; kovu release gc purges old ones.\nAPT::NeverAutoRemove { "${pattern}"; };\n`,
      ),
      text(`usr/lib/kovu/sites/${site}.keep`, `${options.keep}\n`),
      ...documentation(source, release),
    ],
  }
}
