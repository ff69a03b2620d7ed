import { rmSync } from 'node:fs'
import { type Compiled, compile, compileAgain, type CompileJob } from '../../src/lessc/compile.ts'
import { project } from '../support/project.ts'
import { load } from '../support/versions.ts'

/** A sheet, and what its files are after an edit; null removes one. */
export interface Case {
  readonly files: Readonly<Record<string, string>>
  readonly edit: Readonly<Record<string, string | null>>
  readonly less?: Readonly<Record<string, unknown>>
  readonly sourceMap?: boolean
}

/** Renders a sheet, and after the edit what was edited alone, if that is possible, and all of it. */
export async function run({ files, edit, less = {}, sourceMap = false }: Case): Promise<{
  again: Compiled | undefined
  whole: Compiled
}> {
  const implementation = await load('4.9.1')
  const site = project(files)
  const job: CompileJob = { source: site.file('main.less'), less, sourceMap, roots: undefined }
  const before = await compile(implementation, job)
  for (const [name, text] of Object.entries(edit)) {
    if (text === null) rmSync(site.file(name))
    else site.write(name, text)
  }
  return {
    again: await compileAgain(implementation, { ...job, before }),
    whole: await compile(implementation, job),
  }
}
