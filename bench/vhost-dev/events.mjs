// @ts-check
import { createServer } from 'node:http'
import { Agent, get } from 'node:https'
import { host, listen, median, start } from './site.mjs'

/** The first event of a stream, from the application's write to the client's read. @param {string} dir */
export async function measureEvents(dir) {
  let sentAt = 0
  const application = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    setTimeout(() => {
      sentAt = performance.now()
      res.write('data: 1\n\n')
    }, 20)
  })
  const proxy = await start('vhost-dev', await listen(application), dir)
  const agent = new Agent({ keepAlive: false, rejectUnauthorized: false })
  const options = {
    host: '127.0.0.1',
    port: proxy.port,
    agent,
    servername: host,
    headers: { host },
  }
  /** @type {number[]} */
  const delays = []
  for (let i = 0; i < 51; i += 1) {
    await new Promise((done, fail) => {
      const req = get(options, (res) =>
        res.once('data', () => {
          delays.push(performance.now() - sentAt)
          req.destroy()
          done(undefined)
        }),
      )
      req.on('error', fail)
    })
  }
  proxy.stop()
  application.closeAllConnections()
  application.close()
  console.log(
    `first event  ${median(delays).toFixed(1)} ms after the application sent it ` +
      `(median of ${delays.length}), at most ${Math.max(...delays).toFixed(1)}`,
  )
}
