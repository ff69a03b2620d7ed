import type { DebPackage } from '../deb/write.ts'
import type { Payload } from '../payload/collect.ts'
import type { Release } from '../release.ts'
import { control, documentation, text } from './common.ts'
import { payloadScripts } from './scripts.ts'
import { readRoleFile, replaceTokens } from './tokens.ts'

/** Why lintian may be silent: a site is no part of Debian, and carries what it was tested with. */
const overrides = [
  '# Releases lie side by side below /opt, which the file system hierarchy has for what is not of the distribution.',
  'dir-or-file-in-opt *',
  '# The virtual environment and node_modules are carried as they were tested, and scripts run by them.',
  'missing-dep-for-interpreter *',
  'python3-script-but-no-python3-dep *',
  'embedded-javascript-library *',
  'embedded-library *',
  'embedded-php-library *',
  'python-module-in-wrong-location *',
  'wrong-path-for-interpreter *',
  'unusual-interpreter *',
  'script-not-executable *',
  'executable-not-elf-or-script *',
  'package-contains-documentation-outside-usr-share-doc *',
  'extra-license-file *',
  'font-in-non-font-package *',
  'duplicate-font-file *',
  'font-outside-font-dir *',
  'truetype-font-prohibits-installable-embedding *',
  'privacy-breach-generic *',
  'national-encoding *',
]

/**
 * The package with everything of one build: unpacked beside the others, and without effect until it is switched to.
 *
 * @throws {DebReleaseError} When an nginx configuration cannot be read or used.
 */
export function payloadPackage(release: Release, payload: Payload): DebPackage {
  const { names, identity, options } = release
  const { entries, architecture, minor, node } = payload
  const inRelease = (path: string): string => `${names.release}/.kovu/${path}`
  const nginx = [...options.roles].flatMap(([role, { nginx: path }]) =>
    path === undefined ? [] : [text(inRelease(`${role}.nginx`), readRoleFile(release, role, path))],
  )
  const checks = options.src.checks
    .map((line) => `${replaceTokens(release, 'src', line)}\n`)
    .join('')
  const about = { name: identity.name, branch: identity.branch, build: identity.build }
  return {
    control: control(release, {
      name: names.payload,
      architecture,
      depends: [
        'kovu-release',
        ...(minor === undefined ? [] : [`python${minor}`]),
        ...(node ? ['nodejs'] : []),
        ...(architecture === 'all' ? [] : ['libc6']),
        ...options.src.depends,
      ],
      summary: `${identity.name}: the files of build ${identity.build} of the branch ${identity.branch}`,
      description: `${release.summary}\n\nInstalling it changes nothing on a running site: the package ${names.source}\nor kovu release switch makes it current.`,
    }),
    scripts: payloadScripts(names, minor),
    entries: [
      ...entries,
      text(inRelease('release'), `${JSON.stringify(about)}\n`),
      ...nginx,
      ...(checks === '' ? [] : [text(inRelease('checks'), checks)]),
      ...documentation(names.payload, release, overrides),
    ],
  }
}
