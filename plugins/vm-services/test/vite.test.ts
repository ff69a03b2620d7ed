import { writeFileSync } from 'node:fs'
import { createServer, type InlineConfig, resolveConfig, type ViteDevServer } from 'vite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { vmServices, type VmServicesOptions } from '../src/index.ts'
import { freePort, installed, project } from './support/project.ts'

const quiet: InlineConfig = { configFile: false, logLevel: 'silent' }

async function serve(root: string, options: VmServicesOptions): Promise<ViteDevServer> {
  const server = await createServer({
    ...quiet,
    root,
    optimizeDeps: { noDiscovery: true },
    server: { port: 0, host: '127.0.0.1' },
    plugins: [vmServices(options)],
  })
  onTestFinished(() => server.close())
  await server.listen()
  return server
}

describe.skipIf(!installed('redis'))('vite', () => {
  test('starts what is needed before it listens, serves nothing of it, and leaves it running', async () => {
    const port = await freePort()
    const site = project({ redis: { port, password: 'hunter2' } })
    const server = await serve(site.root, { redis: { port, password: 'hunter2' } })
    expect((await site.vm('status')).lines[0]).toMatch(/^redis {2}running/)
    const address = server.httpServer?.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    writeFileSync(site.file('open.txt'), 'open')
    expect((await fetch(`${origin}/open.txt`)).status).toBe(200)
    for (const name of ['redis.conf', 'state.json', 'log']) {
      for (const url of [
        `/.kovu/services/redis/${name}`,
        `/@fs${site.file(`.kovu/services/redis/${name}`)}?raw`,
      ]) {
        expect([url, (await fetch(origin + url)).status]).toEqual([url, 403])
      }
    }
    const watched = Object.keys(server.watcher.getWatched()).filter((dir) => dir.includes('.kovu/'))
    expect(watched).toEqual([])
    await server.close()
    expect((await site.vm('status')).lines[0]).toMatch(/^redis {2}running/)
  }, 60_000)

  test('does not start when a service cannot', async () => {
    const site = project({})
    const failing = serve(site.root, { mongodb: { port: await freePort(), via: 'native' } })
    await expect(failing).rejects.toMatchObject({ pluginCode: 'VM_SERVICES_MISSING' })
  })
})

test('Vite’s own deny list stays', async () => {
  const { root } = project({})
  const [bare, ours, own] = await Promise.all([
    resolveConfig({ ...quiet, root }, 'serve'),
    resolveConfig({ ...quiet, root, plugins: [vmServices()] }, 'serve'),
    resolveConfig(
      { ...quiet, root, plugins: [vmServices()], server: { fs: { deny: ['x'] } } },
      'serve',
    ),
  ])
  expect(ours.server.fs.deny).toEqual(expect.arrayContaining(bare.server.fs.deny))
  expect(own.server.fs.deny).toEqual(['x', `${root}/.kovu/services/**`])
})
