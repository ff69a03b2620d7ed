import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { main } from '../src/cli/main.ts'
import { type Project, makeProject } from './support/project.ts'
import { concatenation, site } from './support/concatenation.ts'

let project: Project
let text: string
let running: Promise<number>

beforeEach(async () => {
  project = await makeProject(site)
  text = ''
  const write = (part: string): void => void (text += part)
  running = main(['--watch', '--why', '--root', project.root], { write, isTTY: false })
  await quiet()
})
afterEach(async () => {
  process.emit('SIGINT')
  await running
  await project.remove()
})

/** Waits until the watcher has ended its work, and forgets what it said. */
async function quiet(runs = 1): Promise<string> {
  await expect
    .poll(() => text.split('watching for changes').length - 1, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(runs)
  const said = text
  text = ''
  return said
}

const made = (said: string): string[] =>
  [...said.matchAll(/^made (\w+)$/gm)].map(([, name = '']) => name)

describe('kovu --watch', () => {
  test('runs again exactly what depends on the change', async () => {
    await project.write('a.txt', 'a { color: green }\n')
    expect(made(await quiet())).toEqual(['css', 'static'])
    await project.write('src/three.js', 'three()\n')
    const said = await quiet()
    expect(said).toContain('js runs: src/three.js is new')
    expect(made(said)).toEqual(['js', 'static'])
  })

  test('takes a burst of changes as one', async () => {
    for (let at = 0; at < 20; at++) await project.write('a.txt', `a { order: ${at} }\n`)
    await project.write('src/one.js', 'uno()\n')
    // Whatever the bursts were cut into, the last state is what was built.
    await expect.poll(() => made(text).includes('js'), { timeout: 15_000 }).toBe(true)
    await quiet()
    expect((await project.kovu()).text).toContain('nothing to do')
  })

  test('waits for the next edit when something fails', async () => {
    await rm(join(project.root, 'b.txt'))
    expect(await quiet()).toContain('There is no b.txt')
    await project.write('b.txt', 'b { color: blue }\n')
    const said = await quiet()
    expect(made(said)).toContain('css')
    expect(said).not.toContain('There is no')
  })

  test('loads a changed config anew, and survives a broken one', async () => {
    await project.write('banner.mjs', 'export const banner = ')
    expect(await quiet()).toContain('banner.mjs')
    await project.write('banner.mjs', "export const banner = '/* new */'")
    expect(made(await quiet())).toEqual(['css', 'js', 'static'])
  })

  test('survives targets that wait for each other, and ones that are gone', async () => {
    await project.write('vite.config.mjs', `${concatenation}\ntargets.css.deps = ['static']`)
    expect(await quiet()).toContain('These targets wait for each other')
    await project.write('vite.config.mjs', `${concatenation}\ntargets.css.deps = []`)
    expect(made(await quiet())).toEqual(['css', 'js', 'static'])
  })

  test('says that all is well again when a mistake is taken back', async () => {
    await project.write('vite.config.mjs', `${concatenation} (`)
    expect(await quiet()).toContain('vite.config.mjs')
    await project.write('vite.config.mjs', concatenation)
    expect(await quiet()).toContain('3 up to date')
  })

  test('is not kept busy by a target that does not say what it reads', async () => {
    await project.write(
      'vite.config.mjs',
      `${concatenation}\ntargets.css.deps = ['vendor']; targets.vendor = { help: '', run: ({ log }) => log.info('made vendor') }`,
    )
    expect(made(await quiet()).toSorted()).toEqual(['css', 'js', 'static', 'vendor'])
    await project.write('a.txt', 'a { color: green }\n')
    expect(made(await quiet())).toEqual(['vendor', 'css', 'static'])
    expect(text).toBe('')
  })

  test('ends well when it is given up', async () => {
    process.emit('SIGINT')
    expect(await running).toBe(0)
  })

  test('lets others work while it waits', async () => {
    expect((await project.kovu('css')).text).toContain('nothing to do')
    expect((await project.kovu('-B', 'css')).text).toContain('made css')
  })
})
