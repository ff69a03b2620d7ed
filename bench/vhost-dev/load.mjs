// @ts-check
/** Clients that ask one server again and again. Connections stay open: handshakes cost the same everywhere. */
import { connect } from 'node:http2'
import { Agent, get } from 'node:https'
import { host, median } from './site.mjs'

/** @typedef {{ once: () => Promise<void>, close: () => void }} Client */

/** @type {Record<string, (port: number) => Client>} */
export const clients = {
  'HTTP/1.1'(port) {
    const agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false })
    const options = { host: '127.0.0.1', port, agent, servername: host, headers: { host } }
    return {
      once: () =>
        new Promise((done, fail) => {
          const req = get(options, (res) => {
            if (res.statusCode !== 200) fail(new Error(`status ${res.statusCode}`))
            res.resume()
            res.on('end', done)
          })
          req.on('error', fail)
        }),
      close: () => agent.destroy(),
    }
  },
  'HTTP/2'(port) {
    const session = connect(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      servername: host,
    })
    return {
      once: () =>
        new Promise((done, fail) => {
          const stream = session.request({ ':path': '/', ':authority': host })
          stream.on('response', ({ ':status': status }) => {
            if (status !== 200) fail(new Error(`status ${status}`))
          })
          stream.resume().on('end', done).on('error', fail)
        }),
      close: () => session.close(),
    }
  },
}

/**
 * Asks `requests` times, at most `atOnce` at a time.
 *
 * @param {Client} client @param {number} atOnce @param {number} requests
 * @returns The median of the times, in milliseconds.
 */
export async function load(client, atOnce, requests) {
  /** @type {number[]} */
  const times = []
  let left = requests
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const at = performance.now()
      await client.once()
      times.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return median(times)
}
