import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { attachPath } from '../src/attach/socket.ts'
import { vhostDev } from '../src/index.ts'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, freePort, makeRoot, startSite } from './support/site.ts'

afterEach(cleanUp)

/** An application whose pages stop in Python's debugger. */
const app = `
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        secret = 40 + 2
        if self.path == '/stop':
            breakpoint()
        body = ('value %d pid %d extra %s' % (secret, os.getpid(), os.environ['EXTRA'])).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
`
const patience = { timeout: 30_000 }
const client = new URL('../src/attach/client.ts', import.meta.url).pathname

/** `kovu attach NAME` in a terminal of its own (a pseudo terminal), as a program that can be typed at. */
function startTerminal(root: string, name: string) {
  // Vite loads TypeScript for a Node that cannot.
  const command = `import('vite').then((v) => v.runnerImport(${JSON.stringify(client)}))
    .then(({ module }) => module.attach(${JSON.stringify(root)}, ${JSON.stringify(name)}))
    .then((code) => process.exit(code), (error) => { console.error(error.message); process.exit(9) })`
  const python = `import pty, sys, os; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))`
  const child = spawn('python3', ['-c', python, process.execPath, '-e', command], {
    cwd: new URL('..', import.meta.url).pathname,
    stdio: 'pipe',
  })
  afterwards(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const exited = new Promise<number>((done) => child.on('exit', (code) => done(code ?? -1)))
  return { type: (line: string) => child.stdin.write(line), text: () => text, exited }
}

describe.runIf(existsSync('/usr/bin/python3'))('kovu attach', () => {
  test('gives a process the terminal: a debugger prompt works; its end gives it back', async () => {
    const port = await freePort()
    const site = await startSite(
      { cdn: 'vite', www: { target: port, run: 'python3 app.py', env: { EXTRA: 'kept' } } },
      { 'app.py': app },
    )
    const get = async (path: string): Promise<string> =>
      (await ask(site, 'www.site.localhost', path)).body
    const before = await get('/')
    expect(before).toMatch(/value 42 pid \d+ extra kept/)
    const terminal = startTerminal(site.root, 'www')
    await expect
      .poll(() => site.logged.join('\n'), patience)
      .toContain('www | runs in another terminal now')
    const stopped = get('/stop')
    await expect.poll(terminal.text, patience).toContain('(Pdb)')
    terminal.type('p secret * 2\n')
    await expect.poll(terminal.text, patience).toContain('84')
    terminal.type('secret = 7\n')
    terminal.type('c\n')
    const answer = await stopped
    expect(answer).toMatch(/value 7 pid \d+ extra kept/)
    expect(/pid \d+/.exec(answer)).not.toEqual(/pid \d+/.exec(before))
    // Ctrl-C is the debugger's own; it is the process that ends, and not we.
    terminal.type('\u0003')
    await expect.poll(terminal.text, patience).toContain('Program interrupted')
    terminal.type('q\n')
    await terminal.exited
    await expect.poll(() => site.logged.join('\n'), patience).toContain('www | is back')
    expect(await get('/')).toMatch(/value 42/)
  }, 90_000)

  test('ends when the testserver does', async () => {
    const port = await freePort()
    const site = await startSite(
      { www: { target: port, run: 'python3 app.py', env: { EXTRA: 'x' } } },
      { 'app.py': app },
    )
    const terminal = startTerminal(site.root, 'www')
    await expect
      .poll(() => site.logged.join('\n'), patience)
      .toContain('runs in another terminal now')
    expect((await ask(site, 'www.site.localhost', '/')).status).toBe(200)
    await site.server.close()
    expect(await terminal.exited).not.toBe(0)
  })

  test('says why it cannot: no testserver, no such process, no name', async () => {
    const { api } = vhostDev({ domain: 'site.localhost', hosts: { cdn: 'vite' } })
    const run = (root: string, args: string[]) =>
      api?.kovu.commands?.['attach']?.run({ root, args, log: console })
    await expect(run(makeRoot(), ['www'])).rejects.toThrow(/No testserver.*VHOST_DEV_ATTACH/)
    await expect(run(makeRoot(), [])).rejects.toThrow('Name one process')
    const target = await freePort()
    const site = await startSite({ www: { target, run: 'sleep 100' } })
    await expect(run(site.root, ['django'])).rejects.toThrow(
      "No process is named 'django'; there are: www.",
    )
  })

  test('leaves no socket behind', async () => {
    const target = await freePort()
    const site = await startSite({ www: { target, run: 'sleep 100' } })
    const path = attachPath(site.root) ?? ''
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(existsSync(path)).toBe(true)
    await site.server.close()
    expect(existsSync(path)).toBe(false)
  })
})
