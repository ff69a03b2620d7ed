import type { CdnOptions } from '../cdn/options.ts'
import { fail, numberOrNone, onlyKnown } from './check.ts'

const names = new Set(['latency', 'throughput', 'maxAge', 'stripCookies', 'cors', 'offline'])

/**
 * Checks the option `cdn`.
 *
 * @returns Undefined when it changes nothing.
 */
export function resolveCdn(cdn: CdnOptions = {}): CdnOptions | undefined {
  onlyKnown(cdn, names, 'cdn.')
  numberOrNone(cdn.latency, 'cdn.latency', 0)
  numberOrNone(cdn.throughput, 'cdn.throughput', 1)
  numberOrNone(cdn.maxAge, 'cdn.maxAge', 0)
  const { cors } = cdn
  const origins = Array.isArray(cors) ? cors : []
  const isKnown = cors === undefined || cors === 'none' || cors === '*' || Array.isArray(cors)
  if (!isKnown || origins.some((origin) => !/^https?:\/\/[^/]+$/.test(String(origin)))) {
    fail(
      `cdn.cors: expected 'none', '*' or origins such as ['https://www.example.localhost:8443'].`,
    )
  }
  const changes = Object.values(cdn).some((value) => value !== undefined && value !== false)
  return changes ? cdn : undefined
}
