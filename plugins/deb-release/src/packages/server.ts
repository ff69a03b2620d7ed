import { readFileSync } from 'node:fs'

import type { DebPackage } from '../deb/write.ts'
import type { Release } from '../release.ts'
import { control, documentation } from './common.ts'

const home = new URL('../../', import.meta.url)

/** Version of this plugin, and of the command that servers get from it. */
function serverVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', home), 'utf8')) as {
    version: string
  }
  return version
}

/** The command as it lies in this plugin, to be run where there is no package of it. */
export const serverCommand: URL = new URL('server/kovu-release', home)

/** What its time is, in seconds since 1970: the package is the same from whichever project it is made. */
export const SERVER_EPOCH = 1_735_689_600

/**
 * The package `kovu-release`: the `kovu release` command as servers have it. All sites of a server share it.
 */
export function serverPackage(release: Release): DebPackage {
  const shared: Release = {
    ...release,
    identity: {
      ...release.identity,
      name: 'kovu',
      branch: 'main',
      build: serverVersion(),
      epoch: SERVER_EPOCH,
    },
    maintainer: 'Kovu <nobody@example.org>',
    homepage: '',
    license: 'MIT',
  }
  const script = (name: string): Buffer => readFileSync(new URL(`server/${name}`, home))
  return {
    control: control(shared, {
      name: 'kovu-release',
      architecture: 'all',
      depends: [],
      summary: 'switch a site between releases that are installed side by side',
      description:
        'The command kovu release lists the releases of a site, switches to one by\nmoving a link, holds the site at one and purges old ones.',
    }),
    entries: [
      { kind: 'file', path: 'usr/bin/kovu', content: script('kovu') },
      { kind: 'file', path: 'usr/bin/kovu-release', content: script('kovu-release') },
      { kind: 'file', path: 'usr/lib/kovu/hook', content: script('hook') },
      { kind: 'file', path: 'usr/lib/kovu/site.sh', content: script('site.sh') },
      ...documentation('kovu-release', shared, ['no-manual-page *']),
    ],
  }
}
