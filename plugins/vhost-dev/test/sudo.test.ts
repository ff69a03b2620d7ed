import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, freePort, makeRoot } from './support/site.ts'

afterEach(cleanUp)

const invoker = 65_534
const vite = new URL('../../../node_modules/vite/bin/vite.js', import.meta.url).pathname
const patience = { timeout: 30_000 }

/** A port only the superuser may open, that nobody has. */
async function privilegedPort(): Promise<number> {
  for (let port = 443; port < 1024; port += 29) {
    const isFree = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => done(false))
      socket.on('error', () => done(true))
    })
    if (isFree) return port
  }
  throw new Error('no free port below 1024')
}

/** User ids of a process: real, effective, saved, and of its files. */
function userOf(pid: number): string {
  return /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
}

describe.runIf(process.getuid?.() === 0 && existsSync('/proc/self/status'))('under sudo', () => {
  test('everything but the socket belongs to the user who called it', async () => {
    const port = await privilegedPort()
    const appPort = await freePort()
    const source = new URL('../src/index.ts', import.meta.url).href
    const root = makeRoot({
      'a.js': 'export {}',
      'app.cjs': `require('node:http').createServer((q, s) => s.end(JSON.stringify({
        uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), home: process.env.HOME,
        sudo: Object.keys(process.env).filter((name) => name.startsWith('SUDO_')), pid: process.pid, parent: process.ppid,
      }))).listen(process.env.PORT)`,
      'vite.config.mjs': `import { vhostDev } from ${JSON.stringify(source)}
        export default { cacheDir: 'cache', plugins: [vhostDev({ domain: 'site.localhost', port: ${port}, certificates: { dir: 'own/certificates' },
          hosts: { cdn: 'vite', www: { target: ${appPort}, run: ['node', 'app.cjs'] } } })] }`,
    })
    mkdirSync(join(root, 'own'))
    chownSync(join(root, 'own'), invoker, invoker)
    chmodSync(root, 0o755)
    const child = spawn('node', [vite], {
      cwd: root,
      stdio: 'pipe',
      env: { ...process.env, SUDO_UID: `${invoker}`, SUDO_GID: `${invoker}`, SUDO_USER: 'nobody' },
    })
    afterwards(() => void child.kill('SIGKILL'))
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await expect.poll(() => text, patience).toContain('www | ready at')
    const ca = readFileSync(join(root, 'own/certificates/ca.pem'), 'utf8')
    const address = { port, ca }
    const app = JSON.parse((await ask(address, 'www.site.localhost', '/')).body)
    expect(app).toMatchObject({
      uid: invoker,
      gid: invoker,
      groups: [invoker],
      home: '/nonexistent',
      sudo: [],
      parent: child.pid,
    })
    const all = [invoker, invoker, invoker, invoker].join('\t')
    expect([child.pid ?? 0, app.pid].map(userOf)).toEqual([all, all])
    for (const file of ['ca.key', 'leaf.key']) {
      const { uid, mode } = statSync(join(root, 'own/certificates', file))
      expect([uid, mode & 0o777]).toEqual([invoker, 0o600])
    }
    // Nobody has kept the superuser's rights: the process has no other children.
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    const users = children.trim().split(/\s+/).map(Number).map(userOf)
    expect(new Set(users)).toEqual(new Set([all]))
    // Both addresses are open, and an edit of the config does not lose them.
    expect((await ask(address, 'cdn.site.localhost', '/a.js')).status).toBe(200)
    const v6 = await new Promise<boolean>((done) => {
      const socket = connect(port, '::1', () => {
        socket.destroy()
        done(true)
      })
      socket.on('error', () => done(false))
    })
    expect(v6).toBe(true)
    expect(text).toContain(`https://www.site.localhost${port === 443 ? '' : `:${port}`}/`)
    child.kill('SIGTERM')
    await new Promise((done) => child.on('exit', done))
  }, 60_000)
})
