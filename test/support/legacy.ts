import { deploy } from './deployed.ts'
import { python, run } from './process.ts'
import type { Site, StaticKind } from './site.ts'

/** The playground built by its own Makefile of 2012: lessc, hulk, r.js and collectstatic. The oracle. */
export function startLegacy(kind: StaticKind): Promise<Site> {
  return deploy('legacy', kind, async ({ root, env }) => {
    await run(['make', '-C', 'legacy', 'all', `PYTHON=${python}`], { cwd: root, env })
  })
}
