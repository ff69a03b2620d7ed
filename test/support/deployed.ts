import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { makeCertificate } from './certificate.ts'
import { startFront } from './front.ts'
import { freePort, python, run, type Running, start, waitForPort } from './process.ts'
import {
  copyPlayground,
  domain,
  originOf,
  removeCopy,
  type Site,
  type StaticKind,
  staticUrl,
} from './site.ts'

/** What a build gets to know: the copy of the playground, and the environment of the site's processes. */
export interface BuildInput {
  readonly root: string
  readonly staticRoot: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Deploys a copy of the playground as production runs it: a build, then Django with DEBUG off and the Node app behind a plain
 * front. What differs between the old way and ours is `build` alone.
 *
 * @param kind What the site calls itself.
 * @param static_ Whether STATIC_URL names the cdn host or is a path.
 * @param build Fills STATIC_ROOT.
 */
export async function deploy(
  kind: 'legacy' | 'production',
  static_: StaticKind,
  build: (input: BuildInput) => Promise<void>,
): Promise<Site> {
  const root = await copyPlayground(`${kind}-${static_}`)
  const [port, djangoPort, activityPort] = await Promise.all([freePort(), freePort(), freePort()])
  const url = staticUrl(static_, port)
  const staticRoot = join(root, 'staticroot')
  const env = {
    DRUND_STATIC_URL: url,
    DRUND_STATIC_ROOT: staticRoot,
    DRUND_DB: join(root, 'site.sqlite3'),
    DRUND_DOMAIN: domain,
    DRUND_ORIGIN_PORT: String(port),
    DJANGO_PORT: String(djangoPort),
    ACTIVITY_PORT: String(activityPort),
  }
  const certificate = await makeCertificate(domain)
  const authority = join(root, 'authority.pem')
  await writeFile(authority, certificate.authority)
  const stops: (() => Promise<void>)[] = [() => removeCopy(root)]
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end()
  }
  try {
    await build({ root, staticRoot, env })
    const processes = await startApps({ root, env, djangoPort, activityPort, stops })
    const front = await startFront({
      port,
      certificate,
      staticRoot,
      staticUrl: url,
      djangoPort,
      activityPort,
    })
    stops.push(() => front.stop())
    return {
      kind,
      staticUrl: url,
      root,
      authority,
      origin: (host) => originOf(host, port),
      output: () => processes.map((one) => one.output()).join('\n'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startApps(options: {
  root: string
  env: Record<string, string>
  djangoPort: number
  activityPort: number
  stops: (() => Promise<void>)[]
}): Promise<Running[]> {
  const { root, env, djangoPort, activityPort, stops } = options
  await run([python, 'manage.py', 'migrate', '-v0'], { cwd: root, env })
  await run([python, 'manage.py', 'seed'], { cwd: root, env })
  const django = start([python, 'manage.py', 'runserver', '--noreload', String(djangoPort)], {
    cwd: root,
    env,
  })
  const activity = start(['node', 'activity/server.js'], { cwd: root, env })
  stops.push(
    () => django.stop(),
    () => activity.stop(),
  )
  await waitForPort(djangoPort, 'Django', () => django.output())
  await waitForPort(activityPort, 'The activity app', () => activity.output())
  return [django, activity]
}
