// @ts-check
/** An edit of a partial that 200 templates include, in a development server. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vite'
import { hulkAmd } from '@kovu/hulk-amd'
import { cpuSince, median, round } from './measure.mjs'
import { many, varied } from './templates.mjs'

/** @param {string} temporary @param {number} rounds */
export async function measureEdits(temporary, rounds) {
  const root = join(temporary, 'edit')
  mkdirSync(root)
  const parents = many(200, (n) => `p${n}.mustache`)
  for (const [n, name] of parents.entries())
    writeFileSync(join(root, name), `${varied(n)}{{>shared}}`)
  const partial = join(root, 'shared.mustache')
  writeFileSync(partial, varied(1000))
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [hulkAmd({ lint: { partials: false } })],
    server: { middlewareMode: true, ws: false },
  })
  for (const name of [...parents, 'shared.mustache'])
    await server.transformRequest(`/${name}?import`)
  const times = []
  for (let at = 0; at < rounds * 3; at++) {
    writeFileSync(partial, varied(2000 + at))
    const before = process.cpuUsage()
    const sent = new Promise((done) => {
      server.environments.client.hot.send = /** @type {any} */ (done)
    })
    server.watcher.emit('change', partial)
    await sent
    // What the page asks for then: the partial alone.
    await server.transformRequest('/shared.mustache?import')
    times.push(cpuSince(before))
  }
  await server.close()
  console.log('edit of a partial with 200 parents, CPU ms:', round(median(times)))
}
