import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, openSocket } from './support/client.ts'
import { cleanUp, freePort, startSite } from './support/site.ts'
import type { TestSite } from './support/site.ts'

afterEach(cleanUp)

async function openHmr(site: TestSite): Promise<Awaited<ReturnType<typeof openSocket>>> {
  const client = await ask(site, 'cdn.site.localhost', '/@vite/client')
  const token = /const wsToken = "([^"]+)"/.exec(client.body)?.[1]
  return openSocket(site, 'cdn.site.localhost', `/?token=${token}`, {
    protocol: 'vite-hmr',
    origin: site.origin('www.site.localhost'),
  })
}

describe('pages', () => {
  test('reload when an application that crashed answers again', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      {
        'app.cjs':
          "require('node:http').createServer((q, s) => q.method === 'POST' ? process.exit() : s.end()).listen(process.env.PORT)",
      },
    )
    await ask(site, 'www.site.localhost', '/')
    const hmr = await openHmr(site)
    const messages: string[] = []
    hmr.on('message', (data: Buffer) => messages.push(data.toString()))
    await ask(site, 'www.site.localhost', '/', { method: 'POST' })
    await expect.poll(() => messages.join(), { timeout: 20_000 }).toContain('full-reload')
    hmr.close()
  })

  test('reload when an application has restarted itself after an edit of Python code', async () => {
    const port = await freePort()
    const app = `
      const { createServer } = require('node:http')
      const { watchFile } = require('node:fs')
      const open = () => createServer((q, s) => s.end('x')).listen(process.env.PORT)
      let server = open()
      watchFile('views.py', { interval: 100 }, () => { server.close(); server.closeAllConnections(); setTimeout(() => (server = open()), 400) })`
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'node app.cjs' } },
      { 'app.cjs': app, 'views.py': 'a = 1\n' },
    )
    await ask(site, 'www.site.localhost', '/')
    const hmr = await openHmr(site)
    const messages: string[] = []
    hmr.on('message', (data: Buffer) => messages.push(data.toString()))
    writeFileSync(join(site.root, 'views.py'), 'a = 23\n')
    await expect.poll(() => messages.join(), { timeout: 20_000 }).toContain('full-reload')
    expect((await ask(site, 'www.site.localhost', '/')).body).toBe('x')
    hmr.close()
  })
})
