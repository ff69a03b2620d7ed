import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { temporaryFolder } from './site.ts'

const release = './opt/drund/master/releases/r100'

/** Paths of files in the first of a site's packages, below the release. */
export function listed([deb = '']: readonly string[]): string[] {
  const paths = execFileSync('dpkg-deb', ['--fsys-tarfile', deb], { maxBuffer: 1 << 28 })
  const names = execFileSync('tar', ['-t'], {
    input: paths,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  return names
    .split('\n')
    .filter((name) => name.startsWith(`${release}/`) && !name.endsWith('/'))
    .map((name) => name.slice(release.length + 1))
}

/** A field of a package's control file. */
export function field(deb: string | undefined, name: string): string {
  return execFileSync('dpkg-deb', ['-f', deb ?? '', name], { encoding: 'utf8' }).trim()
}

/** Unpacks the first of a site's packages. Gives the folder of the release. */
export function unpack([deb = '']: readonly string[]): string {
  const folder = temporaryFolder()
  execFileSync('dpkg-deb', ['-x', deb, folder])
  return join(folder, release)
}
