import { dirname } from 'node:path/posix'

import type { Names } from '../identity.ts'

/** What does the work on a server; see `server/hook`. */
const hook = '/usr/lib/kovu/hook'

/** A maintainer script: what it does for each word dpkg calls it with (Debian Policy, 6.5). */
function script(cases: Readonly<Record<string, readonly string[]>>): string {
  const branches = Object.entries(cases).map(
    ([words, lines]) => `  ${words})\n${lines.map((line) => `    ${line}\n`).join('')}    ;;`,
  )
  return ['#!/bin/sh', 'set -e', '', 'case "$1" in', ...branches, 'esac', '', 'exit 0', ''].join(
    '\n',
  )
}

/**
 * Scripts of the package with the files of one build. It may be installed long before it is switched to, so nothing here touches
 * the live site, but for a release that is removed while it is live.
 *
 * @param minor The Python of the virtual environment, if there is one.
 */
export function payloadScripts(names: Names, minor: string | undefined): Record<string, string> {
  const folder = `/${names.release}`
  const build = names.release.slice(names.release.lastIndexOf('/') + 1)
  const compile =
    minor === undefined
      ? []
      : [
          '# Compiled once, here: the programs run as a user who cannot write here.',
          `python${minor} -m compileall -q -x '/node_modules/' ${folder} >/dev/null 2>&1 || true`,
        ]
  return {
    ...(compile.length > 0 && { postinst: script({ configure: compile }) }),
    prerm: script({
      remove: [`${hook} leave ${names.site} ${build} || true`, ...forget(folder)],
      'upgrade | deconfigure | failed-upgrade': forget(folder),
    }),
  }
}

/** Removes what Python wrote beside the sources, and nothing else: dpkg would leave the folders behind. */
function forget(folder: string): string[] {
  return [`find ${folder} -depth -type d -name __pycache__ -exec rm -rf {} + 2>/dev/null || true`]
}

/** Scripts of the package that switches: to its own build, unless the server is held at another. */
export function sourceScripts(names: Names): Record<string, string> {
  const build = names.release.slice(names.release.lastIndexOf('/') + 1)
  const home = `/${names.home}`
  return {
    postinst: script({
      configure: [
        '# Tests the new release, switches the link and fires the trigger of the roles.',
        `${hook} activate ${names.site} ${build}`,
      ],
    }),
    postrm: script({
      remove: [`rm -f ${home}/current ${home}/previous`],
      purge: [
        '# What the link and the hold told is gone with the package; data is never touched.',
        `rm -f ${home}/current ${home}/previous ${home}/hold ${home}/.lock ${home}/.checked-r*`,
        `rmdir ${home} ${dirname(home)} 2>/dev/null || true`,
      ],
    }),
  }
}

/** Scripts of a role: running after it is installed, restarted once after each switch, stopped before it is removed. */
export function roleScripts(
  names: Names,
  role: string,
  units: readonly string[],
): Record<string, string> {
  const purge = ['purge', 'unmask'].map(
    (verb) => `deb-systemd-helper ${verb} ${units.join(' ')} >/dev/null 2>&1 || true`,
  )
  return {
    postinst: script({
      configure: [`${hook} up ${names.site} ${role}`],
      triggered: [`${hook} restart ${names.site} ${role}`],
    }),
    prerm: script({ 'remove | deconfigure': [`${hook} down ${names.site} ${role} || true`] }),
    postrm: script({
      remove: ['[ ! -d /run/systemd/system ] || systemctl daemon-reload || true'],
      ...(units.length > 0 && { purge }),
    }),
  }
}
