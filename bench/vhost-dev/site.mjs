// @ts-check
/** What all measurements share: the name of the site, and how its servers are started. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const domain = 'bench.localhost'
export const host = `www.${domain}`

/** @param {import('node:net').Server} server @returns {Promise<number>} Its port. */
export function listen(server) {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () =>
      done(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
    )
  })
}

/**
 * Starts a server in a process of its own.
 *
 * @param {string} name One of those in `server.mjs`.
 * @param {number} upstream Port of the application.
 * @param {string} dir Where the certificate is.
 */
export async function start(name, upstream, dir) {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [
    name,
    String(upstream),
    dir,
  ])
  /** @returns {Promise<any>} */
  const next = () => new Promise((done) => child.once('message', done))
  const { port } = await next()
  return {
    port: /** @type {number} */ (port),
    /** Microseconds of CPU time it has taken. */
    async cpu() {
      const answer = next()
      child.send({})
      const { cpu } = await answer
      return /** @type {number} */ (cpu.user + cpu.system)
    },
    stop: () => child.disconnect(),
  }
}

/** @param {number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
