import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type Project, makeProject } from './support/project.ts'
import { site } from './support/concatenation.ts'

/** What may happen to a project between two builds, and builds. */
type Step =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'delete'; readonly path: string }
  | { readonly do: 'variable'; readonly value: string | undefined }
  | { readonly do: 'build'; readonly goal: string }
  | { readonly do: 'forget' }

const paths = ['a.txt', 'b.txt', 'c.txt', 'src/one.js', 'src/two.js', 'src/deep/three.js']
const outputs = ['out/site.css', 'out/site.js', 'public/all.txt']
const text = fc.constantFrom('', 'x', 'y', 'xx\n')
const parts = fc
  .subarray(['a.txt', 'b.txt', 'c.txt'])
  .map((names) => names.map((name) => `${name}\n`).join(''))

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('write'), path: fc.constantFrom(...paths), text }),
  fc.record({ do: fc.constant('write'), path: fc.constant('main.txt'), text: parts }),
  fc.record({
    do: fc.constant('write'),
    path: fc.constant('banner.mjs'),
    text: text.map((one) => `export const banner = ${JSON.stringify(one)}`),
  }),
  fc.record({ do: fc.constant('write'), path: fc.constantFrom(...outputs), text }),
  fc.record({ do: fc.constant('delete'), path: fc.constantFrom(...paths, ...outputs) }),
  fc.record({ do: fc.constant('variable'), value: fc.option(text, { nil: undefined }) }),
  fc.record({ do: fc.constant('build'), goal: fc.constantFrom('css', 'js', 'static', 'all') }),
  fc.record({ do: fc.constant('forget') }),
)

async function take(one: Step, project: Project): Promise<void> {
  const at = (path: string): string => join(project.root, path)
  if (one.do === 'write') {
    await mkdir(dirname(at(one.path)), { recursive: true })
    await writeFile(at(one.path), one.text)
  } else if (one.do === 'delete') await rm(at(one.path), { force: true })
  else if (one.do === 'variable') setVariable(one.value)
  else if (one.do === 'forget') await rm(at('node_modules/.kovu'), { recursive: true, force: true })
  else await project.kovu(one.goal)
}

function setVariable(value: string | undefined): void {
  if (value === undefined) delete process.env['KOVU_TEST_CDN']
  else process.env['KOVU_TEST_CDN'] = value
}

/** Every output by its path; undefined for one that is not there. */
async function results(root: string): Promise<Record<string, string | undefined>> {
  const entries = outputs.map(async (path) => {
    const file = join(root, path)
    return [path, existsSync(file) ? await readFile(file, 'utf8') : undefined] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** A copy of the sources, never built before, built. */
async function cleanBuild(
  project: Project,
): Promise<{ code: number; made: Record<string, string | undefined> }> {
  const fresh = await makeProject({})
  try {
    for (const name of await readdir(project.root)) {
      if (['node_modules', 'out', 'public'].includes(name)) continue
      await cp(join(project.root, name), join(fresh.root, name), { recursive: true })
    }
    const { code } = await fresh.kovu()
    return { code, made: await results(fresh.root) }
  } finally {
    await fresh.remove()
  }
}

test('any sequence of edits, builds and deletions ends byte-equal to a clean build, and then there is nothing to do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const project = await makeProject(site)
      try {
        for (const one of steps) await take(one, project)
        const { code } = await project.kovu()
        const clean = await cleanBuild(project)
        expect(code).toBe(clean.code)
        if (code !== 0) return
        expect(await results(project.root)).toEqual(clean.made)
        expect((await project.kovu()).text).toBe('nothing to do: css, js, static are up to date\n')
      } finally {
        setVariable(undefined)
        await project.remove()
      }
    }),
    { numRuns: 40 },
  )
}, 180_000)
