import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { CompileJob } from '../src/lessc/compile.ts'
import { loadImplementation } from '../src/lessc/implementation.ts'
import type * as Published from '../src/sheets/renderers.ts'
import { lessDir, project, type Project } from './support/project.ts'

const plugin = path.resolve(import.meta.dirname, '..')

/** Threads need JavaScript: the room as it is published. */
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
const post = vi.spyOn(Worker.prototype, 'postMessage')
afterEach(() => post.mockClear())

test.runIf(availableParallelism() > 1)(
  'several sheets are rendered in several threads, each error where it belongs',
  async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}.less`)
    const site = project({
      'part.less': '@c: red;',
      ...Object.fromEntries(
        names.map((name, index) => [name, `@import "part"; .s${index} { color: @c }`]),
      ),
    })
    site.write('s7.less', '.s7 {\n  color: @nope;\n}')
    const renderers = new Renderers(await loadImplementation(lessDir, site.root), false)
    const results = await Promise.allSettled(jobs(site, names).map((job) => renderers.compile(job)))
    expect(post).toHaveBeenCalled()
    expect(post.mock.calls.length).toBeLessThan(names.length)
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

test('a development server has a thread for its sheets, which remembers, recovers and ends with it', async () => {
  const site = project({
    'main.less': '@import "part"; .a { color: @c }',
    'part.less': '@c: red;',
  })
  const [job] = jobs(site, ['main.less'])
  if (!job) throw new Error('no job')
  const renderers = new Renderers(await loadImplementation(lessDir, site.root), true)
  const colour = async (): Promise<string | undefined> =>
    /color: (\w+)/.exec((await renderers.compile(job)).css)?.[1]
  expect(await colour()).toBe('red')
  site.write('part.less', '@c: blue;')
  expect(await colour()).toBe('blue')
  site.write('part.less', '@c: @nope;')
  await expect(renderers.compile(job)).rejects.toMatchObject({
    code: 'LESS_YUI_SYNTAX',
    watch: expect.arrayContaining([site.file('part.less')]) as string[],
  })
  site.write('part.less', '@c: green;')
  expect(await colour()).toBe('green')
  expect(post).toHaveBeenCalledTimes(4)
  // Closed while it works: the sheet comes out all the same.
  const late = colour()
  await new Promise(setImmediate)
  expect(post).toHaveBeenCalledTimes(5)
  renderers.close()
  expect(await late).toBe('green')
  expect(await colour()).toBe('green')
  expect(post).toHaveBeenCalledTimes(6)
  renderers.close()
})

test('what cannot be had in another thread is rendered in this one', async () => {
  const site = project({ 'main.less': '.a { width: pi() }' })
  const [job] = jobs(site, ['main.less'], { plugins: [{ install: () => {} }] })
  if (!job) throw new Error('no job')
  const implementation = await loadImplementation(lessDir, site.root)
  const renderers = new Renderers(implementation, true)
  expect((await renderers.compile(job)).css).toContain('3.14')
  const given = new Renderers({ ...implementation, file: undefined }, true)
  expect((await given.compile({ ...job, less: {} })).css).toContain('3.14')
  expect(post).not.toHaveBeenCalled()
})
