// @ts-check
import { clients, load } from './load.mjs'
import { median, start } from './site.mjs'

/** V8 compiles code that is used a lot for some thousand requests; none of the proxies is measured before. */
const warmUp = 6000

/**
 * Over HTTP/1.1 Vite's proxy hands on that it closes its connection to the application, so that the client must open a TLS
 * connection for each request: that is its default, and most of what it takes there. Over HTTP/2 it cannot.
 */
const peers = {
  'HTTP/1.1': ['vhost-dev', 'http-proxy-3', 'vite server.proxy', 'no proxy'],
  'HTTP/2': ['vhost-dev', 'http-proxy-3 over HTTP/2', 'vite server.proxy', 'no proxy'],
}

/**
 * All proxies side by side: each gets as many requests as the others, in turn, once all are warm. Requests are counted
 * and not seconds, so that a busy machine does not leave one of them less warm than another.
 *
 * @param {string} dir @param {number} rounds @param {number} requests In each round.
 */
export async function measureProxies(dir, rounds, requests) {
  const application = await start('application', 0, dir)
  for (const [protocol, names] of Object.entries(peers)) {
    const running = []
    for (const name of names) {
      const proxy = await start(name, application.port, dir)
      const client = clients[protocol]?.(proxy.port)
      if (!client) throw new Error(protocol)
      await load(client, 64, warmUp)
      running.push({ name, proxy, client, cpu: [0].slice(1), latency: [0].slice(1) })
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const { proxy, client, cpu, latency } of running) {
        const before = await proxy.cpu()
        await load(client, 64, requests)
        cpu.push(((await proxy.cpu()) - before) / requests)
        latency.push(await load(client, 1, requests / 5))
      }
    }
    const ours = median(running[0]?.cpu ?? [])
    for (const { name, proxy, client, cpu, latency } of running) {
      client.close()
      proxy.stop()
      const us = median(cpu)
      console.log(
        `${protocol.padEnd(9)} ${name.padEnd(25)} ${us.toFixed(0).padStart(5)} us CPU/request at c=64  ` +
          `${median(latency).toFixed(2)} ms at c=1  ours/its CPU ${(ours / us).toFixed(2)}`,
      )
    }
  }
  application.stop()
}
