import { cpSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { compile, compileAgain, type CompileJob } from '../../src/lessc/compile.ts'
import { bootstrapDir, project } from '../support/project.ts'
import { load } from '../support/versions.ts'
import { comparable } from './comparable.ts'

/**
 * Files where these edits take a whole rendering: what is edited extends others, is extended itself (`.btn-xs`), or asks first for a mixin
 * that is a ruleset.
 */
const WHOLE = [
  'badges.less',
  'dropdowns.less',
  'forms.less',
  'grid.less',
  'pager.less',
  'progress-bars.less',
  'thumbnails.less',
]

test('edits all over bootstrap come to what a whole rendering makes of them', async () => {
  const implementation = await load('4.9.1')
  const site = project({ 'main.less': '@import "less/bootstrap";\n.site { .clearfix(); }\n' })
  cpSync(path.join(bootstrapDir, 'less'), site.file('less'), { recursive: true })
  const job: CompileJob = {
    source: site.file('main.less'),
    less: {},
    sourceMap: false,
    roots: undefined,
  }
  let before = await compile(implementation, job)
  const files = readdirSync(site.file('less')).filter(
    (name) => name.endsWith('.less') && name !== 'theme.less',
  )
  const whole: string[] = []
  for (const name of files) {
    const file = `less/${name}`
    const text = readFileSync(site.file(file), 'utf8')
    // In its last block, and behind it.
    const block = text.replace(/\n\}(?![^]*\n\})/, '\n  outline: 0 @brand-primary;\n}')
    site.write(
      file,
      `${block}\n.added { .img-retina("a.png", "b.png", 1px, 2px); .k-added & { top: 0 } }\n`,
    )
    const again = await compileAgain(implementation, { ...job, before })
    if (!again) whole.push(name)
    before = again ?? (await compile(implementation, job))
    expect(before.css).toContain('outline: 0 #337ab7')
  }
  expect(comparable(before)).toEqual(comparable(await compile(implementation, job)))
  expect(whole).toEqual(WHOLE)
}, 120_000)
