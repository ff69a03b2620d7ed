import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'

import { main } from '../src/cli/main.ts'
import { readArguments } from '../src/cli/arguments.ts'

const config = `
const say = (name) => ({ help: 'says ' + name, run: ({ log }) => { log.info('ran ' + name) } })
let resolved
export default {
  logLevel: 'silent',
  plugins: [{
    name: 'fixture',
    configResolved(config) { resolved = config },
    api: {
      kovu: {
        targets: {
          css: say('css'),
          'test:unit': say('test:unit'),
          static: { ...say('static'), deps: ['css'] },
          all: { help: 'everything', deps: ['static'], run: ({ log }) => { log.info('the plan is ' + resolved.kovu.targets.join(', ')) } },
          broken: { help: 'fails', run: () => { throw Object.assign(new Error('Unexpected token'), { id: '/site/main.less', loc: { line: 3, column: 7 }, frame: '3 | a {' }) } },
        },
        commands: {
          findstatic: { help: 'says who wins', run: ({ args, log }) => { log.info('asked for ' + args.join(' ')); return 3 } },
          both: { help: 'is there twice', run: ({ log }) => { log.info('the one of static') } },
          'in-place': { help: 'writes beside the sources', run: ({ args, log }) => { log.info('in place: ' + args.join(' ')) } },
        },
      },
    },
  }, {
    name: 'linter',
    api: {
      kovu: {
        commands: {
          lint: { help: 'looks at scripts', run: ({ args, log }) => { log.info('linted ' + args.join(' ')) } },
          both: { help: 'is there twice', run: ({ log }) => { log.info('the one of nobody') } },
        },
      },
    },
  }],
}
`

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kovu-cli-'))
  await writeFile(join(root, 'vite.config.mjs'), config)
})
afterAll(() => rm(root, { recursive: true }))

async function kovu(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const code = await main(['--root', root, ...argv], {
    write: (part) => {
      text += part
    },
    isTTY: false,
  })
  return { code, text }
}

describe('the kovu command', () => {
  test('runs targets in the order of the graph and says how long each took', async () => {
    const { code, text } = await kovu('static')
    expect(code).toBe(0)
    expect(text).toMatch(
      /^ran css\n✓ css \d\.\d\d s\nran static\n✓ static \d\.\d\d s\n2 targets in/,
    )
  })

  test('tells the plugins everything that is going to run', async () => {
    expect((await kovu('all')).text).toContain('the plan is css, static, all')
  })

  test('only says what it would run with --dry-run', async () => {
    expect(await kovu('static', '-n')).toEqual({ code: 0, text: 'css\nstatic\n' })
  })

  test('lists the targets and commands of the project', async () => {
    const { text } = await kovu('--list')
    expect(text).toContain('  css        says css')
    expect(text).toContain('  findstatic  says who wins')
  })

  test('lists and explains without asking anybody: no hook of a plugin runs', async () => {
    const silent = await mkdtemp(join(tmpdir(), 'kovu-cli-'))
    await writeFile(
      join(silent, 'vite.config.mjs'),
      config.replace(
        'plugins: [',
        "plugins: [Promise.resolve([{ name: 'asks', config() { throw new Error('Django does not answer') } }]), false, ",
      ),
    )
    const said = async (...argv: string[]): Promise<string> => {
      let text = ''
      const out = { write: (part: string) => void (text += part), isTTY: false }
      await main([...argv, '--root', silent], out)
      return text
    }
    expect(await said('--list')).toContain('  css        says css')
    expect(await said('static', '--help')).toContain('It waits for css.')
    expect(await said('css')).toContain('Django does not answer')
    await rm(silent, { recursive: true })
  })

  test('draws the graph', async () => {
    expect((await kovu('static', '--graph')).text).toMatch(
      /^static {2}\d\.\d\d s {2}runs each time\n└─ css {2}\d\.\d\d s {2}runs each time\n$/,
    )
  })

  test('hands a command its words and returns its exit code', async () => {
    expect(await kovu('findstatic', 'main.css', 'x.js')).toEqual({
      code: 3,
      text: 'asked for main.css x.js\n',
    })
  })

  test('prints a Makefile that make understands', async () => {
    const { text } = await kovu('makefile')
    await writeFile(join(root, 'Makefile'), text)
    // The tests may themselves be run by make, whose flags would be this one's too.
    const { MAKEFLAGS: _flags, MAKELEVEL: _level, ...env } = process.env
    const { stdout } = spawnSync('make', ['-n', 'static', 'KOVU_FLAGS=-B'], {
      cwd: root,
      encoding: 'utf8',
      env,
    })
    expect(stdout).toBe('npx kovu static -B\n')
    const colon = spawnSync('make', ['-n', 'test:unit'], { cwd: root, encoding: 'utf8', env })
    expect(colon).toMatchObject({ stdout: 'npx kovu test:unit \n', stderr: '' })
  })

  test.each(['makefile', '--graph=svg', '--graph=dot', '-n'])(
    'prints nothing else where %s may be meant for a file',
    async (word) => {
      const talking = await mkdtemp(join(tmpdir(), 'kovu-cli-'))
      onTestFinished(() => rm(talking, { recursive: true }))
      const loud = config
        .replace("logLevel: 'silent',", '')
        .replace('resolved = config', "resolved = config; config.logger.info('found something')")
      await writeFile(join(talking, 'vite.config.mjs'), loud)
      const said = vi.spyOn(console, 'log').mockImplementation(() => {})
      onTestFinished(() => said.mockRestore())
      let text = ''
      const out = { write: (part: string) => void (text += part), isTTY: false }
      expect(await main([word, '--root', talking], out)).toBe(0)
      expect(text).not.toBe('')
      expect(said).not.toHaveBeenCalled()
    },
  )

  test('shows a located error with its place and frame, and fails', async () => {
    const { code, text } = await kovu('broken')
    expect(code).toBe(1)
    expect(text).toContain('Unexpected token\n/site/main.less:3:7\n3 | a {\n')
    expect(text).not.toContain('at run')
  })

  test('suggests the nearest target or command', async () => {
    const { code, text } = await kovu('findstatik')
    expect(code).toBe(1)
    expect(text).toContain('There is no target or command `findstatik`. Did you mean `findstatic`?')
    expect((await kovu('constructor')).text).toContain(
      'There is no target or command `constructor`. `kovu --list` shows all of them.',
    )
  })

  test('names the option that brings a target along', async () => {
    expect((await kovu('js')).text).toContain(
      'There is no target or command `js`. It comes with the option `requirejs`',
    )
  })

  test('hands a command everything that stands behind its name', async () => {
    const asked = async (...argv: string[]): Promise<string> => (await kovu(...argv)).text
    expect(await asked('findstatic', '--write', '-x', 'a.js', '--host=b')).toBe(
      'asked for --write -x a.js --host=b\n',
    )
    // What Kovu knows as an option of its own, too; but not where the project is.
    expect(await asked('findstatic', '--dry-run', '-m', 'staging')).toBe('asked for --dry-run\n')
    expect(await asked('findstatic', '--', '--list')).toBe('asked for --list\n')
    expect(await asked('static', 'findstatic', 'a.js')).toBe('asked for a.js\n')
    expect(await asked('css', 'static', '--in-place')).toBe('in place: css static\n')
  })

  test('runs a command behind a target of the same plugin, and of no other', async () => {
    expect((await kovu('static', 'findstatic', 'a.js')).code).toBe(3)
    const { code, text } = await kovu('static', 'lint', 'a.js')
    expect(code).toBe(2)
    expect(text).toContain('`lint` is a command, which runs by itself: `kovu lint`.')
    expect((await kovu('lint', 'a.js')).text).toBe('linted a.js\n')
    // Both plugins have one: it is the target's that is meant.
    expect((await kovu('static', 'both')).text).toBe('the one of static\n')
  })

  test('refuses an option that neither a target nor Kovu has', async () => {
    const { code, text } = await kovu('static', '--forse')
    expect(code).toBe(2)
    expect(text).toContain("Unknown option '--forse'. Did you mean '--force'?")
    expect(text).not.toContain('ran static')
  })

  test('refuses --in-place where no plugin can do it', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'kovu-cli-'))
    await writeFile(join(bare, 'vite.config.mjs'), config.replace("'in-place':", "'elsewhere':"))
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['css', '--in-place', '--root', bare], out)).toBe(2)
    expect(text).toContain("Unknown option '--in-place'.")
    expect(text).not.toContain('ran css')
    await rm(bare, { recursive: true })
  })

  test.each([
    [['--mode'], "Option '--mode' needs a value."],
    [['-m', '--watch'], "Option '-m' needs a value."],
    [['--config=', 'css'], "Option '--config' needs a value."],
    [['--watch=yes', 'css'], "Option '--watch' does not take a value."],
    [['--graph=png'], "--graph draws text, dot, svg, html; there is no format 'png'."],
    [['-nx', 'css'], "Unknown option '-x'."],
    [['css', '-nx'], "Unknown option '-nx'."],
  ])('refuses %j', async (argv, message) => {
    const { code, text } = await kovu(...argv)
    expect(code).toBe(2)
    expect(text).toContain(message)
    expect(text).not.toContain('ran css')
  })

  test('refuses --ci alone: the target has another spelling', async () => {
    const { code, text } = await kovu('--ci')
    expect(code).toBe(2)
    expect(text).toContain('the target `kovu ci`')
  })

  test('refuses an option that does not exist, with exit code 2', async () => {
    const { code, text } = await kovu('--statik')
    expect(code).toBe(2)
    expect(text).toContain('`kovu --help` shows what there is.')
  })

  test('tells what a target or a command does, and runs neither', async () => {
    expect((await kovu('static', '--help')).text).toBe(
      'kovu static: says static\nIt waits for css.\nThe options of every target: kovu --help. What it would do now: add --dry-run --why.\n',
    )
    expect((await kovu('lint', '--fix', '--help')).text).toBe('kovu lint: looks at scripts\n')
    expect((await kovu('help', 'lint')).text).toBe('kovu lint: looks at scripts\n')
    expect((await kovu('help')).text).toBe((await kovu('--help')).text)
    const { code, text } = await kovu('lintt', '-h')
    expect(code).toBe(1)
    expect(text).toContain('Did you mean `lint`?')
  })

  test('tells what new does without a project, and writes nothing', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'kovu-bare-'))
    await writeFile(join(bare, 'manage.py'), '')
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['new', '--help', '--root', bare], out)).toBe(0)
    expect(text).toContain('kovu new --ci')
    expect(await readdir(bare)).toEqual(['manage.py'])
    await rm(bare, { recursive: true })
  })

  test('takes the format of a picture as a word, too', async () => {
    expect((await kovu('static', '--graph', 'dot')).text).toMatch(/^digraph kovu/)
    expect((await kovu('--graph', 'static')).text).toMatch(/^static/)
  })

  test('shows help and version without a project', async () => {
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['--help'], out)).toBe(0)
    expect(await main(['--version'], out)).toBe(0)
    expect(text).toContain('kovu testserver')
    expect(text).toMatch(/\n0\.\d+\.\d+\n$/)
  })
})

describe('the command line', () => {
  test('reads long and short options', () => {
    expect(readArguments(['css', 'js', '-m', 'staging', '-B', '-n'])).toMatchObject({
      words: ['css', 'js'],
      mode: 'staging',
      force: true,
      dryRun: true,
    })
  })
})
