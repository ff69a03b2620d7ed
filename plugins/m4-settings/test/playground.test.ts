import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { gnuM4 } from './support/gnu.ts'
import { project, render } from './support/project.ts'

const folder = path.join(import.meta.dirname, '../../../playground/m4')
const files = Object.fromEntries(
  readdirSync(folder).map((name) => [`m4/${name}`, readFileSync(path.join(folder, name))]),
)
const templates = readdirSync(folder).flatMap((name) => /^(.+\..+)\.m4$/.exec(name)?.[1] ?? [])
const modes = readdirSync(folder).flatMap((name) => /^(\w+)\.m4$/.exec(name)?.[1] ?? [])

describe.skipIf(gnuM4 === undefined)('the playground’s settings are what GNU m4 makes', () => {
  test.each(modes.map((mode) => (mode === 'base' ? 'development' : mode)))('%s', async (mode) => {
    const site = project(files)
    const { warnings } = await render(site, {}, mode)
    expect(warnings).toEqual([])
    for (const name of templates) {
      const layers = ['base.m4', `${mode}.m4`, `${name}.m4`].filter((file) => `m4/${file}` in files)
      const args = layers.map((file) => `m4/${file}`)
      const { stdout } = spawnSync(gnuM4 ?? 'm4', args, { cwd: site.root, encoding: 'utf8' })
      expect(site.read(name)).toBe(stdout.trimStart())
    }
    expect(JSON.parse(site.read('settings.json'))).toHaveProperty('domain')
  })
})
