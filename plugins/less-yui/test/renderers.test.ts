import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Compiled, CompileJob } from '../src/lessc/compile.ts'
import { loadImplementation } from '../src/lessc/implementation.ts'
import type * as Published from '../src/sheets/renderers.ts'
import { lessDir, project, type Project } from './support/project.ts'

const plugin = path.resolve(import.meta.dirname, '..')

/** Other processes need JavaScript: the room as it is published. */
async function published(folder: string): Promise<typeof Published> {
  const bin = path.resolve(plugin, '../../node_modules/typescript/bin/tsc')
  const args = [bin, '-p', plugin, '--outDir', folder, '--noCheck', '--composite', 'false']
  args.push(
    '--incremental',
    'false',
    '--declarationMap',
    'false',
    '--isolatedDeclarations',
    'false',
    '--declaration',
    'false',
  )
  await promisify(execFile)(process.execPath, args).catch((error: { stdout?: string }) => {
    throw new Error(`tsc: ${error.stdout}`, { cause: error })
  })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  return (await import(
    pathToFileURL(path.join(folder, 'sheets/renderers.js')).href
  )) as typeof Published
}

/** Jobs for sheets of a project. */
function jobs(site: Project, names: readonly string[], less: object = {}): CompileJob[] {
  return names.map((name) => ({
    source: site.file(name),
    less: { ...less },
    sourceMap: false,
    roots: [site.root],
  }))
}

let out = ''
let Renderers: typeof Published.Renderers
beforeAll(async () => {
  out = realpathSync(mkdtempSync(path.join(tmpdir(), 'less-yui-published-')))
  ;({ Renderers } = await published(out))
})
afterAll(() => rmSync(out, { recursive: true, force: true }))
/** A function for sheets: which process renders them? */
const PID = `module.exports = { install: (less, _manager, functions) =>
  functions.add('pid', () => new less.tree.Dimension(process.pid)) }`

/** The process that has rendered a sheet with `pid()` in it. */
function renderedBy({ css }: Compiled): number {
  return Number(/pid: (\d+)/.exec(css)?.[1])
}

/** Does a process still run? One that has ended may wait to be reaped by whoever has inherited it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    return (
      (error as { code?: unknown; path?: string }).code !== 'ESRCH' && existsSync(`/proc/${pid}`)
    )
  }
}

/** So much text that other processes are worth their start. */
const LONG = `// ${'long '.repeat(12_000)}\n`

test.runIf(availableParallelism() > 1)(
  'many long sheets are rendered in several processes, each error where it belongs',
  async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}.less`)
    const site = project({
      'pid.js': PID,
      'part.less': `${LONG}@plugin "pid";`,
      ...Object.fromEntries(
        names.map((name, index) => [name, `@import "part"; .s${index} { pid: pid() }`]),
      ),
    })
    site.write('s7.less', '.s7 {\n  color: @nope;\n}')
    const renderers = new Renderers(await loadImplementation(lessDir, site.root), false)
    const results = await Promise.allSettled(jobs(site, names).map((job) => renderers.compile(job)))
    const by = results.flatMap((result) =>
      result.status === 'fulfilled' ? [renderedBy(result.value)] : [],
    )
    expect(by).not.toContain(process.pid)
    expect(new Set(by).size).toBeGreaterThan(1)
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value.css.slice(0, 3) : '')),
    ).toEqual(names.map((_, index) => (index === 7 ? '' : `.s${index}`.padEnd(3).slice(0, 3))))
    expect(results[7]).toMatchObject({
      reason: {
        code: 'LESS_YUI_SYNTAX',
        place: { file: site.file('s7.less'), line: 2 },
        frame: expect.stringContaining('@nope') as string,
      },
    })
    renderers.close()
  },
)

test('what is short, alone or may not be read is rendered in this process', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `s${index}.less`)
  const site = project({
    'pid.js': PID,
    'long.less': LONG.repeat(4),
    ...Object.fromEntries(
      names.map((name) => [
        name,
        '@plugin "pid"; @import (optional) "nowhere"; @import (css) url(https://example.com/a.css); .a { pid: pid() }',
      ]),
    ),
    'alone.less': '@import "long"; @plugin "pid"; .a { pid: pid() }',
  })
  const renderers = new Renderers(await loadImplementation(lessDir, site.root), false)
  const short = await Promise.all(jobs(site, names).map((job) => renderers.compile(job)))
  expect(new Set(short.map(renderedBy))).toEqual(new Set([process.pid]))
  const [alone] = jobs(site, ['alone.less'])
  if (!alone) throw new Error('no job')
  expect(renderedBy(await renderers.compile(alone))).toBe(process.pid)
  const outside = { ...alone, roots: [site.file('elsewhere')] }
  for (const refused of await Promise.allSettled(
    [outside, outside, outside].map((job) => renderers.compile(job)),
  ))
    expect(refused).toMatchObject({ reason: { code: 'LESS_YUI_OUTSIDE' } })
  renderers.close()
})

test('a development server has a process for its sheets, which remembers, recovers and ends with it', async () => {
  const site = project({
    'pid.js': PID,
    'main.less': '@import "part"; .a { color: @c; pid: pid() }',
    'part.less': '@plugin "pid"; @c: red;',
  })
  const [job] = jobs(site, ['main.less'])
  if (!job) throw new Error('no job')
  const renderers = new Renderers(await loadImplementation(lessDir, site.root), true)
  const by: number[] = []
  const colour = async (): Promise<string | undefined> => {
    const compiled = await renderers.compile(job)
    by.push(renderedBy(compiled))
    return /color: (\w+)/.exec(compiled.css)?.[1]
  }
  expect(await colour()).toBe('red')
  site.write('part.less', '@plugin "pid"; @c: blue;')
  expect(await colour()).toBe('blue')
  site.write('part.less', '@c: @nope;')
  await expect(renderers.compile(job)).rejects.toMatchObject({
    code: 'LESS_YUI_SYNTAX',
    watch: expect.arrayContaining([site.file('part.less')]) as string[],
  })
  site.write('part.less', '@plugin "pid"; @c: green;')
  expect(await colour()).toBe('green')
  expect(by[0]).not.toBe(process.pid)
  expect(new Set(by).size).toBe(1)
  // Closed while it works: the sheet comes out all the same.
  const late = colour()
  await new Promise(setImmediate)
  renderers.close()
  expect(await late).toBe('green')
  // And another one for who comes back.
  expect(await colour()).toBe('green')
  expect([by[0], process.pid]).not.toContain(by.at(-1))
  renderers.close()
})

test('a process that is gone is not needed', async () => {
  const site = project({ 'pid.js': PID, 'main.less': '@plugin "pid"; .a { pid: pid() }' })
  const [job] = jobs(site, ['main.less'])
  if (!job) throw new Error('no job')
  const renderers = new Renderers(await loadImplementation(lessDir, site.root), true)
  const by = renderedBy(await renderers.compile(job))
  expect(by).not.toBe(process.pid)
  process.kill(by, 'SIGKILL')
  // Its end is heard of now, or while it is asked.
  expect(renderedBy(await renderers.compile(job))).toBe(process.pid)
  expect(renderedBy(await renderers.compile(job))).toBe(process.pid)
  renderers.close()
})

test('a process ends with the one that has started it', async () => {
  const site = project({ 'pid.js': PID, 'main.less': '@plugin "pid"; .a { pid: pid() }' })
  const [job] = jobs(site, ['main.less'])
  const at = (file: string): string => JSON.stringify(pathToFileURL(path.join(out, file)).href)
  const script = `
    const { Renderers } = await import(${at('sheets/renderers.js')})
    const { loadImplementation } = await import(${at('lessc/implementation.js')})
    const renderers = new Renderers(await loadImplementation(${JSON.stringify(lessDir)}, '/'), true)
    console.log((await renderers.compile(${JSON.stringify(job)})).css)
    process.kill(process.pid, 'SIGKILL')`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ]).catch((error: { stdout: string }) => error)
  const by = renderedBy({ css: stdout } as Compiled)
  expect(by).toBeGreaterThan(0)
  await vi.waitFor(() => expect(isAlive(by)).toBe(false), 20_000)
})

test('what cannot be had in another process is rendered in this one', async () => {
  const site = project({ 'pid.js': PID, 'main.less': '@plugin "pid"; .a { pid: pid() }' })
  const [job] = jobs(site, ['main.less'], { plugins: [{ install: () => {} }] })
  if (!job) throw new Error('no job')
  const implementation = await loadImplementation(lessDir, site.root)
  const renderers = new Renderers(implementation, true)
  expect(renderedBy(await renderers.compile(job))).toBe(process.pid)
  const given = new Renderers({ ...implementation, file: undefined }, true)
  expect(renderedBy(await given.compile({ ...job, less: {} }))).toBe(process.pid)
})
