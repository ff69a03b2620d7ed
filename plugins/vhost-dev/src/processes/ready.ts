import { request } from 'node:http'
import { connect } from 'node:net'
import { connectOptions } from '../proxy/target.ts'
import type { Target } from '../proxy/target.ts'

/**
 * Does somebody accept connections at the target?
 *
 * @param timeoutMs How long to wait for the connection.
 */
export function accepts(target: Target, timeoutMs = 1000): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(connectOptions(target))
    const finish = (answer: boolean): void => {
      socket.destroy()
      done(answer)
    }
    socket.setTimeout(timeoutMs, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

/** Does a GET of the path end with a status below 400? */
export function answersWell(target: Target, path: string, host: string): Promise<boolean> {
  return new Promise((done) => {
    const req = request({
      ...connectOptions(target),
      agent: false,
      path,
      headers: { host, 'x-forwarded-proto': 'https', 'x-forwarded-host': host },
      timeout: 5000,
    })
    req.on('response', (res) => {
      res.resume()
      done((res.statusCode ?? 500) < 400)
    })
    req.on('timeout', () => req.destroy())
    req.on('error', () => done(false))
    req.on('close', () => done(false))
    req.end()
  })
}
