import { join } from 'node:path'

import { deploy } from './deployed.ts'
import { run } from './process.ts'
import { repository, type Site, type StaticKind } from './site.ts'

/** The command as a user runs it. */
export const kovu: string = join(repository, 'node_modules/.bin/kovu')

/** The playground built by `kovu static`, with no collectstatic. */
export function startProduction(kind: StaticKind): Promise<Site> {
  return deploy('production', kind, async ({ root, env }) => {
    await run([kovu, 'static'], { cwd: root, env })
  })
}
