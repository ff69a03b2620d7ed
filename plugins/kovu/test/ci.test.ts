import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { deployTarget, fill } from '../src/targets/deploy.ts'
import { revision } from '../src/targets/revision.ts'
import { type Project, makeProject } from './support/project.ts'
import { contextIn } from './support/target-context.ts'

/** A site with packages: `deb` writes one, `publish` says so. */
const config = (more: { deb?: string; targets?: string; roof?: string } = {}): string => `
import fs from 'node:fs'
import path from 'node:path'
const say = (name, deps = []) => ({ help: name, deps, run: ({ log }) => { log.info('made ' + name) } })
const targets = {
  check: say('check'),
  css: say('css'),
  static: say('static', ['css']),
  deb: { help: 'deb', deps: ['static'], run({ log, output, root }) {
    log.info('made deb')
    const file = path.join(root, 'site.deb')
    fs.writeFileSync(file, ${more.deb ?? "'the same'"})
    output(file)
  } },
  publish: say('publish', ['deb']),
}
const own = ${more.targets ?? "[{ name: 'test', target: say('test'), own: true, before: [], after: [] }]"}
export default {
  logLevel: 'silent',
  plugins: [{ name: 'fixture', api: { kovu: { targets }, roof: { own, inputs: [], ${more.roof ?? ''} } } }],
}
`

let project: Project | undefined
beforeEach(() => {
  vi.stubEnv('BRANCH_NAME', 'feature/it works')
  vi.stubEnv('BUILD_NUMBER', '42')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await project?.remove()
})

async function kovu(text: string, ...argv: string[]): Promise<{ code: number; text: string }> {
  project = await makeProject({ 'vite.config.mjs': text })
  return project.kovu(...argv)
}

const made = (text: string): string[] =>
  [...text.matchAll(/^made (\w+)$/gm)].map(([, name = '']) => name)

describe('kovu ci', () => {
  test('is check, test, static, deb twice, publish, each after the other', async () => {
    const { code, text } = await kovu(config(), 'ci')
    expect(made(text)).toEqual(['check', 'test', 'css', 'static', 'deb', 'deb', 'publish'])
    expect(text).toContain('built twice: 1 file, all equal')
    expect(code).toBe(0)
  })

  test('believes no record', async () => {
    await kovu(config(), 'ci')
    expect(made((await project?.kovu('ci'))?.text ?? '')).toHaveLength(7)
  })

  test('believes no record where every step has said what it reads, either', async () => {
    const learned = `${config({ targets: '[]' })}
for (const name of ['check', 'css', 'static', 'deb']) {
  const { run } = targets[name]
  targets[name].run = (context) => { context.input('read.txt'); return run(context) }
}
delete targets.publish
`
    project = await makeProject({ 'vite.config.mjs': learned, 'read.txt': '' })
    await project.kovu('ci')
    expect((await project.kovu('check', 'deb')).text).toContain('nothing to do')
    expect(made((await project.kovu('ci')).text)).toEqual(['check', 'css', 'static', 'deb', 'deb'])
  })

  test('publishes nothing when a test is red', async () => {
    const red =
      "[{ name: 'test', target: { help: '', run() { throw new Error('1 test failed') } }, own: true, before: [], after: [] }]"
    for (const goal of ['ci', 'publish']) {
      const { code, text } = await kovu(config({ targets: red }), goal)
      expect(code).toBe(1)
      expect(text).toContain('1 test failed')
      expect(made(text)).not.toContain('publish')
      expect(made(text)).not.toContain('deb')
      expect(made(text)).toEqual(goal === 'ci' ? ['check'] : [])
      await project?.remove()
    }
  })

  test('refuses packages that come out differently (KOVU_NOT_REPRODUCIBLE), naming them', async () => {
    const { code, text } = await kovu(config({ deb: 'String(performance.now())' }), 'ci')
    expect(code).toBe(1)
    expect(text).toContain('Two builds of the same sources differ')
    expect(text).toContain('site.deb')
    expect(made(text)).not.toContain('publish')
  })
})

describe('publish', () => {
  test('refuses to run in a project without tests (KOVU_REQUIRED)', async () => {
    const { code, text } = await kovu(config({ targets: '[]' }), 'publish')
    expect(code).toBe(1)
    expect(text).toContain('`publish` does not run without a target `test`')
    expect(made(text)).toEqual([])
  })

  test('takes Django’s tests and npm test for the project’s', async () => {
    project = await makeProject({
      'vite.config.mjs': config({ targets: '[]', roof: "python: ['echo', 'python']" }),
      'package.json': '{ "scripts": { "test": "echo from npm" } }',
      'manage.py': '',
    })
    const { code, text } = await project.kovu('test')
    expect(text).toContain('  python manage.py test --noinput')
    expect(text).toContain('  from npm')
    expect(code).toBe(0)
    const { text: listed } = await project.kovu('--list')
    expect(listed).toContain('echo python manage.py test --noinput, npm test')
  })
})

describe('deploy', () => {
  test('puts values in as single words, whatever is in them', () => {
    const values = { host: 'www1', branch: "x'; rm -rf /; '", build: '7' }
    expect(fill('ssh {host} deploy {branch} {build} {unknown} ${HOME}', values)).toBe(
      `ssh www1 deploy 'x'\\''; rm -rf /; '\\''' 7 {unknown} \${HOME}`,
    )
  })

  test('calls branch and build as CI servers do, else as git does', async () => {
    project = await makeProject({})
    const { root } = project
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8' })
    expect(await revision(root, {})).toEqual({ branch: '', build: '' })
    git('init', '-q', '-b', 'develop')
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org']
    for (const name of ['one', 'two']) git(...author, 'commit', '-q', '--allow-empty', '-m', name)
    expect(await revision(root, {})).toEqual({ branch: 'develop', build: '2' })
    const bitbucket = { BITBUCKET_BRANCH: 'master', BITBUCKET_BUILD_NUMBER: '9' }
    expect(await revision(root, bitbucket)).toEqual({ branch: 'master', build: '9' })
    git('clone', '-q', '--depth', '1', `file://${root}`, 'shallow')
    expect(await revision(join(root, 'shallow'), {})).toEqual({ branch: 'develop', build: '' })
  })

  test('runs its command for each host after publish, and stops at the first that fails', async () => {
    const target = deployTarget({
      hosts: ['www1', 'bad', 'www2'],
      command: 'echo {host} {branch} {build} >> log; [ {host} != bad ]',
    })
    expect(target.deps).toEqual(['publish'])
    project = await makeProject({})
    const context = contextIn(project.root)
    await expect(target.run(context)).rejects.toThrow('deploy (bad) ended with code 1')
    expect(await readFile(join(project.root, 'log'), 'utf8')).toBe(
      'www1 feature/it works 42\nbad feature/it works 42\n',
    )
  })
})

describe('notify', () => {
  test('runs a command with the outcome, green or red', async () => {
    const roof = 'notify: "echo {status} {branch} {build} {failed} >> outcome"'
    await kovu(config({ roof }), 'ci')
    const outcome = (): Promise<string> => readFile(join(project?.root ?? '', 'outcome'), 'utf8')
    expect(await outcome()).toBe('passed feature/it works 42 \n')
    await project?.write('vite.config.mjs', config({ roof, deb: 'String(performance.now())' }))
    expect((await project?.kovu('ci'))?.code).toBe(1)
    expect(await outcome()).toContain('failed feature/it works 42 deb\n')
  })

  test('says nothing of a run that nobody waits for', async () => {
    await kovu(config({ roof: 'notify: "echo {status} > outcome"' }), 'static')
    await expect(readFile(join(project?.root ?? '', 'outcome'))).rejects.toThrow('ENOENT')
  })

  describe('by a webhook', () => {
    let server: Server
    let bodies: string[]
    let status = 200
    beforeEach(async () => {
      bodies = []
      server = createServer((request, response) => {
        let body = ''
        request.on('data', (chunk: Buffer) => (body += chunk.toString()))
        request.on('end', () => {
          bodies.push(body)
          response.writeHead(status).end()
        })
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    })
    afterEach(() => {
      server.close()
      server.closeAllConnections()
    })
    const url = (): string =>
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cret`

    test('sends it as JSON', async () => {
      await kovu(config({ roof: `notify: ${JSON.stringify(url())}` }), 'ci')
      expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
        status: 'passed',
        branch: 'feature/it works',
        build: '42',
        mode: 'production',
        targets: ['ci'],
        failed: '',
      })
    })

    test('warns when it cannot be told, without the URL, and changes nothing about the run', async () => {
      status = 500
      const { code, text } = await kovu(config({ roof: `notify: ${JSON.stringify(url())}` }), 'ci')
      expect(code).toBe(0)
      expect(text).toContain('Nobody was notified: it answered 500')
      expect(text).not.toContain('s3cret')
      await new Promise((done) => server.close(done))
      expect((await project?.kovu('ci'))?.text).toContain('Nobody was notified: ECONNREFUSED')
    })
  })
})
