import { gzipSync } from 'fflate'

import type { Fields } from '../deb/control.ts'
import type { Entry } from '../deb/entry.ts'
import type { Release } from '../release.ts'

/** Fields of the control file by which our packages differ. */
export interface Particulars {
  readonly name: string
  readonly architecture: string
  readonly depends: readonly string[]
  /** First line of the description. */
  readonly summary: string
  /** The other lines. */
  readonly description: string
}

/** The control file of one of a release's packages, in the order in which dpkg writes fields. */
export function control(release: Release, particulars: Particulars): Fields {
  const { name, architecture, depends, summary, description } = particulars
  return {
    Package: name,
    Version: release.identity.build,
    Architecture: architecture,
    Maintainer: release.maintainer,
    'Installed-Size': '',
    Depends: [...new Set(depends)].join(', '),
    Section: 'web',
    Priority: 'optional',
    Homepage: release.homepage,
    Description: `${summary}\n${description}`,
  }
}

/** What Debian Policy (12.5, 12.7) wants of every package, and why lintian may be silent about the rest. */
export function documentation(
  name: string,
  release: Release,
  overrides: readonly string[] = [],
): Entry[] {
  const { identity, maintainer, license } = release
  const { build, branch, epoch } = identity
  const changelog = `${name} (${build}) unstable; urgency=medium

  * Build ${build} of the branch ${branch}.

 -- ${maintainer}  ${rfc2822(epoch)}
`
  const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${identity.name}

Files: *
Copyright: ${new Date(epoch * 1000).getUTCFullYear()} ${maintainer}
License: ${license === '' ? 'proprietary' : license}
 ${license === '' ? 'All rights reserved by the owner of the site.' : `See ${license}.`}
 Third-party code comes with notices of its own.
`
  const docs = `usr/share/doc/${name}`
  return [
    text(`${docs}/copyright`, copyright),
    file(`${docs}/changelog.gz`, gzipSync(Buffer.from(changelog), { level: 9, mtime: 0 })),
    ...(overrides.length === 0
      ? []
      : [
          text(
            `usr/share/lintian/overrides/${name}`,
            overrides
              .map((tag) => (tag.startsWith('#') ? `${tag}\n` : `${name}: ${tag}\n`))
              .join(''),
          ),
        ]),
  ]
}

/** A file with a text. */
export function text(path: string, content: string): Entry {
  return file(path, Buffer.from(content))
}

/** A file that is no program, or, by its first bytes, one. */
function file(path: string, content: Uint8Array): Entry {
  return { kind: 'file', path, content }
}

/** A date as changelogs and Release files have it, in UTC: `Thu, 26 Nov 2026 10:05:25 +0000`. */
export function rfc2822(epoch: number): string {
  return new Date(epoch * 1000).toUTCString().replace(/GMT$/, '+0000')
}
