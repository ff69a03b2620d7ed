import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { collectTargets } from '../src/collect.ts'
import { KovuError } from '../src/error.ts'
import { plan } from '../src/graph/plan.ts'
import { run } from '../src/graph/run.ts'
import { buildGraph } from '../src/graph/targets.ts'
import type { OwnTarget } from '../src/options.ts'
import { ownTargets } from '../src/targets/own.ts'
import { shell } from '../src/targets/shell.ts'
import { main } from '../src/cli/main.ts'
import { checkNode, setUp } from '../src/targets/init.ts'
import { makeProject } from './support/project.ts'

let root: string
let said: string[]
const log = {
  info: (line: string) => void said.push(line),
  warn: (line: string) => void said.push(line),
  error: (line: string) => void said.push(line),
}
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kovu-targets-'))
  said = []
})
afterEach(() => rm(root, { recursive: true }))

async function runOwn(targets: Record<string, OwnTarget>, goal: string): Promise<void> {
  const graph = buildGraph(ownTargets(targets, () => root))
  await run(plan(graph, [goal]), {
    root,
    mode: 'production',
    force: false,
    log,
    signal: new AbortController().signal,
    report: () => {},
    build: () => Promise.resolve(),
  })
}

/** Does a process still run? One that nobody has taken notice of does not. */
function isThere(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe("a project's own target", () => {
  test('runs its command in the root, with the virtual environment first on PATH', async () => {
    await mkdir(join(root, '.venv/bin'), { recursive: true })
    await writeFile(join(root, '.venv/bin/greet'), '#!/bin/sh\necho "hello from $PWD"\n', {
      mode: 0o755,
    })
    await runOwn({ hello: { run: 'greet' } }, 'hello')
    expect(said).toEqual([`  hello from ${root}`])
  })

  test('is shown as it speaks, however its words arrive', async () => {
    const slow = String.raw`node -e "
      const write = (bytes) => process.stdout.write(Buffer.from(bytes))
      write([0x67, 0x72, 0xc3]); setTimeout(() => { process.stderr.write('beside\\n'); setTimeout(() => write([0xbc, 0x6e]), 50) }, 50)"`
    await runOwn({ green: { run: slow } }, 'green')
    expect(said.toSorted()).toEqual(['  beside', '  grün'])
  })

  test('may be a function', async () => {
    let ran = false
    const target = {
      run: () => {
        ran = true
      },
    }
    await runOwn({ own: target }, 'own')
    expect(ran).toBe(true)
  })

  test('is given up with everything that its command has started', async () => {
    const stop = new AbortController()
    const log = { info: (line: string) => void said.push(line), warn: () => {}, error: () => {} }
    const command = `sh -c 'echo $$; sleep 600; echo never' && true`
    const running = shell({ name: 'long', command, root, log, signal: stop.signal })
    await expect.poll(() => said.length).toBe(1)
    stop.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => isThere(Number(said[0]))).toBe(false)
  })

  test('is not passed over in silence when its neighbour is mistyped', () => {
    const collect = (before: string): unknown => {
      const own = ownTargets({ words: { run: 'true', before } }, () => root)
      const roof = { own, inputs: [], python: undefined, notify: undefined }
      return collectTargets({ root, plugins: [{ name: 'kovu', api: { roof, kovu: {} } }] })
    }
    expect(() => collect('statik')).toThrow(
      '`words` is to run before or after `statik`, and there is no target of this name. Did you mean `static`?',
    )
    // Django may be left out, and a plugin of the project's own.
    for (const absent of ['static', 'elsewhere']) expect(() => collect(absent)).not.toThrow()
  })

  test('fails with the end of its output and the command to run by hand', async () => {
    const failing = runOwn({ bad: { run: 'echo too bad >&2; exit 4' } }, 'bad')
    await expect(failing).rejects.toMatchObject({
      code: 'KOVU_COMMAND_FAILED',
      message: expect.stringMatching(
        /command of bad ended with code 4: echo too bad.*\n.*\ntoo bad$/s,
      ),
    })
  })
})

describe('init', () => {
  test('runs what plugins offer for a set-up: services and certificates', async () => {
    const project = await makeProject({
      'vite.config.mjs': `
const say = (name) => ({ help: name, run: async ({ log }) => { log.info('made ' + name) } })
export default { plugins: [{ name: 'offers', api: { kovu: { targets: {
  certificates: say('certificates'), vm: say('vm'), css: say('css'),
} } } }] }
`,
    })
    const { code, text } = await project.kovu('init')
    expect(code).toBe(0)
    expect([...text.matchAll(/^made (\w+)$/gm)].map(([, name]) => name).toSorted()).toEqual([
      'certificates',
      'vm',
    ])
    await project.remove()
  })

  test('does nothing in a folder that needs nothing', async () => {
    await setUp(root, log)
    expect(said).toEqual([])
  })

  test('makes a virtual environment with the requirements, once', async () => {
    await writeFile(join(root, 'requirements.txt'), '# nothing yet\n')
    await setUp(root, log)
    expect(said.filter((line) => line.startsWith('init:'))).toEqual([
      'init: Python virtual environment',
      'init: Python packages',
    ])
    expect(said.at(-1)).toMatch(/^✓ init \(Python packages\) \d+\.\d+ s$/)
    said = []
    await setUp(root, log)
    expect(said).toEqual([])
    await writeFile(join(root, 'requirements.txt'), '# something new\n')
    await setUp(root, log)
    expect(said[0]).toBe('init: Python packages')
    expect(await readFile(join(root, '.venv/.kovu-requirements'), 'utf8')).toHaveLength(64)
  }, 120_000)

  test('names the step that failed', async () => {
    // An environment that is there already: to make one takes seconds.
    await mkdir(join(root, '.venv/bin'), { recursive: true })
    await writeFile(join(root, '.venv/bin/python'), '#!/bin/sh\nexec python3 "$@"\n', {
      mode: 0o755,
    })
    await writeFile(join(root, 'requirements.txt'), './there-is-no-such-folder\n')
    await expect(setUp(root, log)).rejects.toThrow('init (Python packages) ended with code')
  })

  test('says which Node it needs', () => {
    expect(() => checkNode('18.20.0')).toThrow(KovuError)
    expect(() => checkNode('22.3.0')).toThrow('Kovu needs Node 20.19 or later')
    expect(() => checkNode('20.19.0')).not.toThrow()
    expect(() => checkNode('24.0.0')).not.toThrow()
  })
})

describe('errors', () => {
  async function codeOf(work: () => unknown): Promise<unknown> {
    try {
      await work()
      return undefined
    } catch (error) {
      return (error as KovuError).code
    }
  }

  test('have stable codes', async () => {
    const round = buildGraph([
      ...ownTargets(
        { a: { run: 'true', before: 'b' }, b: { run: 'true', before: 'a' } },
        () => root,
      ),
    ])
    expect(await codeOf(() => plan(round, ['a']))).toBe('KOVU_CYCLE')
    expect(await codeOf(() => plan(round, ['c']))).toBe('KOVU_UNKNOWN_TARGET')
    expect(await codeOf(() => checkNode('16.0.0'))).toBe('KOVU_PREREQUISITE')
  })

  test('are told apart by the exit code: KOVU_USAGE is 2, KOVU_NO_CONFIG and KOVU_NO_PLUGIN are 1', async () => {
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['--no-such'], out)).toBe(2)
    expect(await main(['css', '--root', root], out)).toBe(1)
    await writeFile(join(root, 'vite.config.mjs'), 'export default { logLevel: "silent" }')
    expect(await main(['css', '--root', root], out)).toBe(1)
    expect(text).toContain('has no plugin of Kovu')
  })
})

describe("a project's own target with inputs", () => {
  test('runs only when one of them or of its outputs has changed, and is cleaned up after', async () => {
    const own = join(import.meta.dirname, '../src/targets/own.ts')
    const project = await makeProject({
      'vite.config.mjs': `
        import { ownTargets } from ${JSON.stringify(own)}
        const own = ownTargets({ messages: { run: 'cat locale/*.po > all.mo; echo ran', inputs: ['locale/*.po', 'env:KOVU_TEST_LANGUAGE'], outputs: '*.mo' } }, () => import.meta.dirname)
        export default { logLevel: 'silent', plugins: [{ name: 'fixture', api: { kovu: {}, roof: { own, inputs: [] } } }] }
      `,
      'locale/de.po': 'de',
    })
    const ran = async (): Promise<boolean> => (await project.kovu('messages')).text.includes('ran')
    expect(await ran()).toBe(true)
    expect(await ran()).toBe(false)
    await project.write('locale/de.po', 'DE')
    expect(await ran()).toBe(true)
    await project.write('locale/fr.po', 'fr')
    expect(await ran()).toBe(true)
    await project.write('all.mo', 'edited')
    expect(await ran()).toBe(true)
    expect(await ran()).toBe(false)
    await project.kovu('clean')
    expect(existsSync(join(project.root, 'all.mo'))).toBe(false)
    await project.remove()
  })
})
