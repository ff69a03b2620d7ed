import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, preview } from 'vite'
import type { InlineConfig } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev } from '../src/index.ts'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, freePort, makeRoot, startUpstream } from './support/site.ts'

afterEach(cleanUp)

describe('vite preview', () => {
  test('serves the build behind the same hosts, and injects nothing', async () => {
    const { port } = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' }).end('<html><head></head></html>')
    })
    const root = makeRoot({ 'index.html': '<title>built</title>' })
    const plugin = vhostDev({
      domain: 'site.localhost',
      port: 0,
      hosts: { cdn: 'vite', '*': port },
      certificates: { dir: join(root, 'c') },
    })
    const config: InlineConfig = { root, configFile: false, logLevel: 'silent', plugins: [plugin] }
    await build(config)
    const server = await preview(config)
    afterwards(() => server.close())
    const vhost = plugin.api?.vhost
    const address = { port: vhost?.port ?? 0, ca: readFileSync(vhost?.ca ?? '', 'utf8') }
    expect((await ask(address, 'cdn.site.localhost', '/')).body).toContain('built')
    const page = await ask(address, 'www.site.localhost', '/', {
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(page.body).toBe('<html><head></head></html>')
    await server.close()
    await expect(ask(address, 'cdn.site.localhost', '/')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('the testserver target', () => {
  test('serves until it is told to end', async () => {
    const root = makeRoot({
      'a.js': 'export const a = 1',
      'vite.config.mjs': `import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
        export default { logLevel: 'silent', plugins: [vhostDev({ domain: 'site.localhost', port: ${await freePort()},
          certificates: { dir: 'c' }, hosts: { cdn: 'vite' } })] }`,
    })
    const port = Number(
      /port: (\d+)/.exec(readFileSync(join(root, 'vite.config.mjs'), 'utf8'))?.[1],
    )
    const { api } = vhostDev({ domain: 'site.localhost', hosts: { cdn: 'vite' } })
    const abort = new AbortController()
    const target = api?.kovu.targets?.['testserver']
    expect(target).toMatchObject({ persistent: true, deps: ['settings', 'vm'] })
    const say = (): void => {}
    const run = target?.run({
      root,
      mode: 'production',
      force: false,
      signal: abort.signal,
      log: { info: say, warn: say, error: say },
      input: say,
      output: say,
      build: () => Promise.resolve(true),
    })
    const get = async () =>
      ask({ port, ca: readFileSync(join(root, 'c/ca.pem'), 'utf8') }, 'cdn.site.localhost', '/a.js')
    await expect
      .poll(() => get().catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({ status: 200 })
    abort.abort()
    await run
    await expect(get()).rejects.toThrow('ECONNREFUSED')
  })
})
