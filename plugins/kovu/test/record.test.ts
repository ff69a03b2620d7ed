import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Stored } from '../src/graph/record.ts'
import { type Project, makeProject } from './support/project.ts'
import { concatenation, type Made, made, site, whatIsMade } from './support/concatenation.ts'

let project: Project
beforeEach(async () => {
  project = await makeProject(site)
  await project.kovu()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await project.remove()
})

const now = (target?: string): Promise<Made> => whatIsMade(project, target)

describe('the record', () => {
  test('has no entry of a target that failed', async () => {
    await rm(join(project.root, 'b.txt'))
    const failed = await project.kovu()
    expect(failed.code).toBe(1)
    expect(failed.text).toContain('There is no b.txt')
    // What css reads is as it was when it was last green; yet it has failed since.
    await project.write('b.txt', 'b { color: blue }\n')
    expect((await now('css')).made).toContain('css')
  })

  test.each([
    ['is edited', "fs.appendFileSync(path.join(root, 'a.txt'), '/* late */')"],
    ['is deleted', "fs.rmSync(path.join(root, 'a.txt'))"],
  ])('has no entry of a target when something %s that it has read', async (_, late) => {
    await project.write(
      'vite.config.mjs',
      concatenation.replace(
        "log.info('made css')",
        `log.info('made css'); if (process.env.KOVU_TEST_EDIT) ${late}`,
      ),
    )
    vi.stubEnv('KOVU_TEST_EDIT', '1')
    expect((await project.kovu()).text).toContain(
      'css will run again next time: a.txt changed while it ran.',
    )
    vi.stubEnv('KOVU_TEST_EDIT', '')
    await project.write('a.txt', 'a { color: new }\n')
    expect((await project.kovu('css')).text).toContain('made css')
    expect((await now()).made).toEqual(['static'])
  })

  test('may be deleted at any time', async () => {
    await rm(join(project.root, 'node_modules/.kovu'), { recursive: true })
    expect((await now()).made).toEqual(['css', 'js', 'static'])
  })

  test.each(['', '{', 'null', '{"version":"0 0.0.1 v18.0.0"}', '[1,2'])(
    'is ignored when it is of another version or damaged: %s',
    async (text) => {
      await project.write('node_modules/.kovu/graph/production.json', text)
      expect((await now()).made).toEqual(['css', 'js', 'static'])
      expect((await now()).made).toEqual([])
    },
  )

  test.each<[string, (record: Stored) => unknown]>([
    ['has a column too short', ({ files }) => ({ files: { ...files, numbers: '' } })],
    ['has no files', () => ({ files: null })],
    ['names a file that it does not have', () => ({ base: [9999] })],
    ['names a listing that it does not have', () => ({ base: [-9999] })],
    ['has no marks', () => ({ marks: null })],
    ['has marks that are none', ({ marks }) => ({ marks: marks.map(() => null) })],
    ['has no targets', () => ({ graph: [null] })],
  ])('is no record when it %s', async (_, damage) => {
    const file = join(project.root, 'node_modules/.kovu/graph/production.json')
    const record = JSON.parse(await readFile(file, 'utf8')) as Stored
    await writeFile(file, JSON.stringify(Object.assign(record, damage(record))))
    expect((await now()).made).toEqual(['css', 'js', 'static'])
    expect((await now()).made).toEqual([])
  })

  test('keeps no value of a variable, and is for its owner alone', async () => {
    vi.stubEnv('KOVU_TEST_CDN', 'a-secret-value')
    await project.kovu()
    const file = join(project.root, 'node_modules/.kovu/graph/production.json')
    expect(await readFile(file, 'utf8')).not.toContain('a-secret-value')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('is a warning when it cannot be written, and the work is done', async () => {
    await rm(join(project.root, 'node_modules/.kovu'), { recursive: true })
    // A folder where the record's file would be.
    await mkdir(join(project.root, 'node_modules/.kovu/graph/production.json/x'), {
      recursive: true,
    })
    const { code, text } = await project.kovu()
    expect(code).toBe(0)
    expect(made(text)).toEqual(['css', 'js', 'static'])
    expect(text).toContain('Nothing can be remembered of this run: ')
  })

  test('is not needed to look at a project', async () => {
    const work = join(project.root, 'node_modules/.kovu')
    await rm(work, { recursive: true })
    // A file where its folder would be.
    await writeFile(work, '')
    expect((await project.kovu('-n')).text).toBe('css\njs\nstatic\n')
    expect((await project.kovu('--graph')).code).toBe(0)
  })
})
