import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { freePort, python, run, start, waitForPort } from './process.ts'
import { kovu } from './production.ts'
import {
  copyPlayground,
  domain,
  originOf,
  removeCopy,
  type Site,
  type StaticKind,
  staticUrl,
} from './site.ts'

/** A site in development, which can be interrupted as a person does it. */
export interface DevelopmentSite extends Site {
  /** Sends what Ctrl-C sends: SIGINT to the whole group in the foreground. */
  interrupt(): void
}

/** The playground as `make testserver` runs it: `kovu testserver` with stock settings, Django, the Node app and Vite behind one port. */
export async function startDevelopment(kind: StaticKind): Promise<DevelopmentSite> {
  const root = await copyPlayground(`development-${kind}`)
  const [port, djangoPort, activityPort] = await Promise.all([freePort(), freePort(), freePort()])
  const url = staticUrl(kind, port)
  const home = join(root, '.home')
  const env = {
    DRUND_STATIC_URL: url,
    DRUND_DB: join(root, 'site.sqlite3'),
    DRUND_DOMAIN: domain,
    DRUND_ORIGIN_PORT: String(port),
    DJANGO_PORT: String(djangoPort),
    ACTIVITY_PORT: String(activityPort),
    XDG_DATA_HOME: home,
  }
  const stops: (() => Promise<void>)[] = [() => removeCopy(root)]
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end()
  }
  try {
    await run([kovu, 'settings'], { cwd: root, env })
    await run([python, 'manage.py', 'migrate', '-v0'], { cwd: root, env })
    await run([python, 'manage.py', 'seed'], { cwd: root, env })
    const server = start([kovu, 'testserver'], { cwd: root, env })
    stops.push(() => server.stop())
    const output = (): string => server.output()
    await waitForPort(port, 'kovu testserver', output)
    await waitForPort(djangoPort, 'Django', output)
    await waitForPort(activityPort, 'The activity app', output)
    return {
      kind: 'development',
      staticUrl: url,
      root,
      authority: await findAuthority(home),
      origin: (host) => originOf(host, port),
      output,
      interrupt: () => server.interrupt(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The certificate of the authority that Kovu made below the data folder. */
async function findAuthority(home: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    if (existsSync(home)) {
      const files = await readdir(home, { recursive: true })
      const found = files.find((file) => /(^|\/)(ca|authority|root)[^/]*\.(pem|crt)$/.test(file))
      if (found !== undefined) return join(home, found)
    }
    await sleep(100)
  }
  throw new Error(`No certificate authority appeared below ${home}.`)
}
