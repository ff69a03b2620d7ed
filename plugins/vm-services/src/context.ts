import path from 'node:path'
import type { Log } from '@kovu/protocol'
import type { Folders } from './machine/place.ts'
import type { ResolvedOptions } from './options.ts'
import { wanted, type Wanted } from './settings.ts'
import { type Outcome, up } from './start/index.ts'

/** What the parts of one `vmServices()` call share. */
export class Context {
  readonly options: ResolvedOptions
  /** Vite's root; known from `config` on. */
  root: string = process.cwd()

  constructor(options: ResolvedOptions) {
    this.options = options
  }

  get folders(): Folders {
    return { root: this.root, dir: path.resolve(this.root, this.options.dir) }
  }

  /** What the settings of this mode need. */
  wanted(): Wanted[] {
    return wanted(this.root, this.options)
  }

  /**
   * Sees to it that everything answers, and says so.
   *
   * @param tell `'news'` leaves out what runs already.
   * @returns How many services there are.
   * @throws The first error, after the others have come up or failed.
   */
  async up(log: Pick<Log, 'info' | 'warn'>, tell: 'all' | 'news' = 'all'): Promise<number> {
    const wanted = this.wanted()
    const results = await Promise.allSettled(
      wanted.map(async (each) => {
        const began = performance.now()
        const outcome = await up(this.folders, each)
        if (tell === 'all' || outcome.how !== 'running') {
          log.info(sentence(outcome, performance.now() - began))
        }
        if (outcome.warning !== undefined) log.warn(`vm-services: ${outcome.warning}`)
      }),
    )
    const failed = results.filter((result) => result.status === 'rejected')
    for (const { reason } of failed.slice(1)) log.warn((reason as Error).message)
    if (failed[0]) throw failed[0].reason
    return wanted.length
  }
}

function sentence({ wanted: { service, endpoint }, how, version }: Outcome, time: number): string {
  const { title, name } = service
  const what = version === undefined ? title : `${title} ${version}`
  const where = `${endpoint.host}:${endpoint.port}`
  if (how === 'elsewhere') return `${name}: ${where} is another machine, left alone`
  if (how === 'reused')
    return `${name}: ${what} at ${where} was there already, and is never stopped`
  if (how === 'running') return `${name}: ${what} at ${where}`
  return `${name}: ${what} started at ${where} in ${(time / 1000).toFixed(2)} s; \`kovu vm stop\` ends it`
}
