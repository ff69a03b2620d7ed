import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { clean } from '../src/targets/clean.ts'
import { type Project, makeProject } from './support/project.ts'
import { contextIn } from './support/target-context.ts'
import { concatenation, made, site, whatIsMade } from './support/concatenation.ts'

let project: Project
beforeEach(async () => {
  project = await makeProject(site)
  await project.kovu()
})
afterEach(() => project.remove())

describe('clean', () => {
  test('removes what targets wrote and their empty folders, and nothing else', async () => {
    await project.write('public/own.txt', 'mine')
    await project.kovu('clean')
    const left = (path: string): boolean => existsSync(join(project.root, path))
    expect(['out', 'public/all.txt', 'node_modules/.kovu'].filter(left)).toEqual([])
    expect(['public/own.txt', 'a.txt', 'src/one.js'].every(left)).toBe(true)
    expect((await whatIsMade(project)).made).toEqual(['css', 'js', 'static'])
  })

  test('leaves what lies outside by way of a link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'kovu-outside-'))
    await rm(join(project.root, 'public'), { recursive: true })
    await symlink(outside, join(project.root, 'public'))
    await project.kovu()
    expect((await project.kovu('clean')).text).toContain('1 outputs outside of')
    expect(existsSync(join(outside, 'all.txt'))).toBe(true)
    await rm(outside, { recursive: true })
  })

  test('leaves an output that has become a source: git tracks it, and it has been edited', async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', project.root, ...args], { encoding: 'utf8' })
    git('init', '--quiet')
    git('add', 'out/site.css', 'out/site.js')
    await project.write('out/site.css', 'by hand')
    await project.write('public/all.txt', 'by hand')
    const { text } = await project.kovu('clean')
    expect(text).toContain('out/site.css was left alone: it has been edited since')
    const left = (path: string): boolean => existsSync(join(project.root, path))
    expect(['out/site.css', 'out/site.js', 'public/all.txt'].filter(left)).toEqual(['out/site.css'])
  })

  test('comes before everything else that is asked for with it', async () => {
    expect(made((await project.kovu('clean', 'static')).text)).toEqual(['css', 'js', 'static'])
    expect((await whatIsMade(project)).made).toEqual([])
  })

  test('comes after what the project has put before it', async () => {
    const own =
      "stop: { help: 'stops', run: ({ log }) => log.info('made stop') }, clean: { help: 'cleans', deps: ['stop'], run: ({ log }) => log.info('made clean') },"
    await project.write(
      'vite.config.mjs',
      concatenation.replace('const targets = {', `const targets = {\n${own}`),
    )
    const { text } = await project.kovu('clean', 'static')
    expect([...text.matchAll(/^made (\w+)$/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(['stop', 'clean', 'css', 'js', 'static']),
    )
    expect(text.indexOf('made stop')).toBeLessThan(text.indexOf('made clean'))
    expect(text.indexOf('made clean')).toBeLessThan(text.indexOf('made css'))
  })

  test('removes staging, what plugins keep in Vite’s folder and compiled Python, and nothing else', async () => {
    const other = await mkdtemp(join(tmpdir(), 'kovu-clean-'))
    const folders = [
      'node_modules/.kovu/css',
      'node_modules/.vite/kovu/less-yui',
      'node_modules/.vite/deps',
      'node_modules/other/__pycache__',
      'app/__pycache__',
      'env/lib/__pycache__',
      'staticroot',
    ]
    for (const folder of folders) await mkdir(join(other, folder), { recursive: true })
    await writeFile(join(other, 'app/__pycache__/views.pyc'), '')
    await writeFile(join(other, 'app/views.py'), '')
    await writeFile(join(other, 'env/pyvenv.cfg'), '')
    const said: string[] = []
    const context = contextIn(other, { info: (line) => void said.push(line) })
    await clean('1', join(other, 'node_modules/.vite')).run(context)
    const left = (path: string): boolean => existsSync(join(other, path))
    expect(
      ['node_modules/.kovu', 'node_modules/.vite/kovu', 'app/__pycache__'].filter(left),
    ).toEqual([])
    const others = [
      'node_modules/.vite/deps',
      'node_modules/other/__pycache__',
      'env/lib/__pycache__',
    ]
    expect(['app/views.py', 'staticroot', ...others].every(left)).toBe(true)
    expect(said).toEqual([
      `removed 0 outputs, ${join(other, 'node_modules/.kovu')} and compiled Python (1)`,
    ])
    await rm(other, { recursive: true })
  })
})
