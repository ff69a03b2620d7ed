import type { Log } from '@kovu/protocol'

import { fill } from './deploy.ts'
import type { Revision } from './revision.ts'
import { shell } from './shell.ts'

/** How a run ended, for those who wait for it elsewhere. */
export interface Outcome extends Revision {
  readonly status: 'passed' | 'failed'
  readonly mode: string
  readonly targets: readonly string[]
  /** The target that failed, or an empty string. */
  readonly failed: string
  readonly seconds: number
}

/**
 * Tells how a run ended: by a command with `{status}`, `{branch}`, `{build}`, `{mode}`, `{targets}`, `{failed}`, `{seconds}` in it, or by
 * a POST of the outcome as JSON to a URL. That it cannot be told is a warning: it changes nothing about the run.
 *
 * @param notify The command, or the URL.
 */
export async function notify(
  notify: string,
  outcome: Outcome,
  root: string,
  log: Log,
): Promise<void> {
  try {
    if (/^https?:\/\//.test(notify)) {
      const response = await fetch(notify, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(outcome),
        signal: AbortSignal.timeout(10_000),
      })
      if (!response.ok) throw new Error(`it answered ${response.status}`)
      return
    }
    const values = { ...outcome, targets: outcome.targets.join(' '), seconds: `${outcome.seconds}` }
    await shell({ name: 'notify', command: fill(notify, values), root, log })
  } catch (error) {
    // A webhook's URL is a secret: it is not repeated here.
    const { message, cause } = error as Error & { cause?: { code?: string } }
    log.warn(`Nobody was notified: ${cause?.code ?? message}`)
  }
}
