import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { createLogger, createServer } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { ask, nextMessage, openSocket } from './support/client.ts'
import {
  afterwards,
  cleanUp,
  freePort,
  makeRoot,
  startSite,
  startUpstream,
} from './support/site.ts'

afterEach(cleanUp)

const host = 'www.site.localhost'
const patience = { timeout: 20_000 }
/** Answers with its process id. */
const app = `require('node:http').createServer((q, s) => s.end('x' + process.pid)).listen(process.env.PORT)`

describe('restarts of Vite', () => {
  test("an edit of vite.config leaves the applications' WebSockets, event streams and uploads alone", async () => {
    const { port, server } = await startUpstream((req, res) => {
      if (req.url === '/events') {
        res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        begun += 1
        emit = (text) => res.write(`data: ${text}\n\n`)
        return
      }
      begun += 1
      let bytes = 0
      req.on('data', (chunk: Buffer) => (bytes += chunk.length))
      req.on('end', () => res.end(`${bytes} bytes`))
    })
    let begun = 0
    let emit: (text: string) => void = () => {}
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => {
      begun += 1
      socket.on('message', (data: Buffer) => socket.send(data))
    })
    afterwards(() => {
      for (const client of sockets.clients) client.terminate()
    })
    const root = makeRoot({ 'a.js': 'export {}' })
    const configOf = (extra: string): string => `
      import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      export default { logLevel: 'silent', define: { EDITED: '${extra}' }, plugins: [vhostDev({ domain: 'site.localhost',
        port: 0, certificates: { dir: 'c' }, hosts: { cdn: 'vite', '*': ${port} } })] }`
    writeFileSync(join(root, 'vite.config.mjs'), configOf('1'))
    const vite = await createServer({ root, configFile: join(root, 'vite.config.mjs') })
    afterwards(() => vite.close())
    await vite.listen()
    const vhost = vite.config.plugins.find(({ name }) => name === 'vhost-dev')?.api?.vhost
    const address = { port: vhost.port as number, ca: readFileSync(join(root, 'c/ca.pem'), 'utf8') }
    const open = {
      ...address,
      servername: host,
      host: '127.0.0.1',
      headers: { host },
      agent: false,
    }

    const socket = await openSocket(address, host, '/')
    const events: string[] = []
    request({ ...open, path: '/events' }, (res) => {
      res.on('data', (chunk: Buffer) => events.push(chunk.toString()))
      res.on('end', () => events.push('ended'))
      res.on('error', () => events.push('error'))
    }).end()
    const upload = request({ ...open, path: '/upload', method: 'POST' })
    const answer = new Promise<string>((done, fail) => {
      upload.on('error', fail)
      upload.on('response', (res) => res.on('data', (chunk: Buffer) => done(chunk.toString())))
    })
    upload.write('x'.repeat(1000))
    await expect.poll(() => begun).toBe(3)

    writeFileSync(join(root, 'vite.config.mjs'), configOf('2'))
    await expect.poll(() => vite.config.define?.['EDITED'], patience).toBe('2')
    expect((await ask(address, 'cdn.site.localhost', '/a.js')).status).toBe(200)

    socket.send('still here')
    expect(await nextMessage(socket)).toBe('still here')
    emit('after')
    await expect.poll(() => events).toEqual(['data: after\n\n'])
    upload.end('y'.repeat(500))
    expect(await answer).toBe('1500 bytes')
    socket.close()
  })

  test('another port is opened before the old one is closed; a taken one is not taken', async () => {
    const appPort = await freePort()
    const [first, second] = [await freePort(), await freePort()]
    const { port: taken } = await startUpstream((_req, res) => res.end())
    const root = makeRoot({ 'app.cjs': app })
    const configOf = (port: number): string => `
      import { vhostDev } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      export default { define: { PORT_IS: '${port}' }, plugins: [vhostDev({ domain: 'site.localhost', port: ${port}, certificates: { dir: 'c' },
        hosts: { cdn: 'vite', www: { target: ${appPort}, run: 'node app.cjs' } } })] }`
    const file = join(root, 'vite.config.mjs')
    writeFileSync(file, configOf(first))
    const errors: string[] = []
    const customLogger = Object.assign(createLogger('silent'), {
      error: (message: string) => void errors.push(message),
    })
    const vite = await createServer({ root, configFile: file, customLogger })
    afterwards(() => vite.close())
    await vite.listen()
    const ca = readFileSync(join(root, 'c/ca.pem'), 'utf8')
    const get = async (port: number) => (await ask({ port, ca }, host, '/')).body
    expect(await get(first)).toMatch(/^x\d+$/)
    const edit = async (port: number): Promise<void> => {
      writeFileSync(file, configOf(port))
      await expect.poll(() => vite.config.define?.['PORT_IS'], patience).toBe(String(port))
    }
    await edit(second)
    await expect.poll(() => get(second).catch(() => ''), patience).toMatch(/^x\d+$/)
    await expect(get(first)).rejects.toThrow('ECONNREFUSED')
    await edit(taken)
    await expect.poll(() => errors.join('\n'), patience).toContain(`It stays on port ${second}.`)
    expect(errors.join('\n')).toContain('VHOST_DEV_PORT_TAKEN')
    expect(await get(second)).toMatch(/^x\d+$/)
  })

  test('a request for Vite during a restart waits for the new server', async () => {
    const site = await startSite({ cdn: 'vite' }, { 'a.js': 'export {}' })
    const restart = site.server.restart()
    const answers: number[] = []
    for (let i = 0; i < 20; i += 1) {
      answers.push((await ask(site, 'cdn.site.localhost', '/a.js')).status)
    }
    await restart
    expect(new Set(answers)).toEqual(new Set([200]))
  })
})
