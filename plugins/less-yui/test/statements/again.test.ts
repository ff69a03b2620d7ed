import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Compiled, compile, compileAgain, type CompileJob } from '../../src/lessc/compile.ts'
import type { Implementation } from '../../src/lessc/implementation.ts'
import { project } from '../support/project.ts'
import { load } from '../support/versions.ts'
import { comparable } from './comparable.ts'
import { certain, certainText, edited, edits, projects, textOf } from './projects.ts'

async function tried(implementation: Implementation, job: CompileJob): Promise<Compiled | string> {
  try {
    return await compile(implementation, job)
  } catch (error) {
    return (error as Error).message
  }
}

test.each(['4.9.1', '3.13.1'])(
  'an edit is rendered alone to the bytes of a whole rendering, by less %s',
  async (version) => {
    const implementation = await load(version)
    const site = project({ 'p.svg': '<svg/>' })
    const source = site.file('main.less')
    const counts = { allowed: 0, again: 0 }
    await fc.assert(
      fc.asyncProperty(
        projects,
        fc.array(edits, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.constantFrom(true, true, true, false),
        async (project, given, sourceMap, isCertain) => {
          const { files } = isCertain ? certain(project) : project
          const sequence = isCertain
            ? given.map((edit) => ({ ...edit, text: certainText(edit.text) }))
            : given
          const now = { ...files }
          for (const [name, file] of Object.entries(files)) site.write(name, textOf(file))
          const job: CompileJob = { source, less: {}, sourceMap, roots: undefined }
          let before = await tried(implementation, job)
          for (const edit of sequence) {
            now[edit.file] = edited(now[edit.file] ?? [], edit)
            site.write(edit.file, textOf(now[edit.file] ?? []))
            const whole = await tried(implementation, job)
            const known = typeof before !== 'string' && { ...job, before }
            const again = known ? await compileAgain(implementation, known) : undefined
            expect(again && comparable(again)).toEqual(again && comparable(whole))
            if (edit.how !== 'define') counts.allowed++
            if (again) counts.again++
            before = again ?? whole
          }
        },
      ),
      { numRuns: 60 },
    )
    // A quarter of them. The others are called somewhere, or extended, or the sheet was wrong before.
    expect(counts.allowed).toBeGreaterThan(30)
    expect(counts.again).toBeGreaterThan(5)
  },
  120_000,
)
