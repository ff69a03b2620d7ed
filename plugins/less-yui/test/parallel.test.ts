import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { loadImplementation } from '../src/lessc/implementation.ts'
import type * as Parallel from '../src/sheets/parallel.ts'
import { lessDir, project } from './support/project.ts'

const plugin = path.resolve(import.meta.dirname, '..')

/** Threads need JavaScript: the room as it is published. */
async function published(folder: string): Promise<typeof Parallel> {
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
    pathToFileURL(path.join(folder, 'sheets/parallel.js')).href
  )) as typeof Parallel
}

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
    const { Renderers } = await published(site.file('out'))
    const ref = vi.spyOn(Worker.prototype, 'ref')
    const renderers = new Renderers(await loadImplementation(lessDir, site.root))
    const jobs = names.map((name) => ({
      source: site.file(name),
      less: {},
      sourceMap: false,
      roots: [site.root],
    }))
    const results = await Promise.allSettled(jobs.map((job) => renderers.compile(job)))
    expect(ref).toHaveBeenCalled()
    ref.mockRestore()
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
    expect(readFileSync(site.file('out/sheets/worker.js'), 'utf8')).toContain('parentPort')
  },
)
