import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { collectGarbage, listReleases, rollBack } from '../src/publish/releases.ts'
import { releaseCommands } from '../src/commands/releases.ts'
import { createContext } from '../src/context.ts'
import { resolveOptions } from '../src/options.ts'
import { readManifest, runBuild } from './support/build.ts'
import { makeProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const STORAGE = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`

test('releases are kept, rolled back to, and cleaned up by what they need', async () => {
  const project = makeProject({ settings: STORAGE, files: { 'media/same.txt': 'same' } })
  const root = project.path('staticroot')
  const hashed: string[] = []
  for (const letter of ['a', 'b', 'c']) {
    project.write('media/x.txt', letter)
    await runBuild(project.root)
    await runBuild(project.root)
    hashed.push(readManifest(root).paths['x.txt'] ?? '')
  }
  writeFileSync(`${root}/x.abcdefabcdef.txt`, 'foreign')
  expect(listReleases(root).map(({ id }) => id)).toEqual(['0001', '0002', '0003'])

  const said: string[] = []
  const say = (line: string): number => said.push(line)
  const context = createContext(resolveOptions({ python: djangoPython(), keep: 2 }))
  context.begin(project.root, 'production')
  const commands = releaseCommands(context)
  const run = (name: keyof typeof commands, ...args: string[]): Promise<number | void> =>
    commands[name].run({ root: project.root, args, log: { info: say, warn: say, error: say } })
  expect(await run('rollback')).toBe(0)
  expect(readManifest(root).paths['x.txt']).toBe(hashed[1])
  expect(await run('rollback', '1')).toBe(0)
  expect(await run('releases')).toBe(0)
  expect(said.at(-3)).toMatch(/^0001 .*\(current\)$/)
  // The current release stays, however old.
  expect(collectGarbage(root, 1)).toEqual({ releases: ['0002'], files: [hashed[1]] })
  expect(await run('rollback', '3')).toBe(0)
  expect(await run('gc')).toBe(0)
  expect(said.at(-1)).toBe('0 releases and 0 files deleted')
  expect(collectGarbage(root, 1)).toEqual({ releases: ['0001'], files: [hashed[0]] })
  expect(existsSync(`${root}/${readManifest(root).paths['same.txt'] ?? ''}`)).toBe(true)
  expect(existsSync(`${root}/x.abcdefabcdef.txt`)).toBe(true)
  expect(await run('rollback', '1')).toBe(1)
  expect(said.at(-1)).toMatch(/has no release 1/)
})

test('a release with files that are gone is not restored, one that is cut short counts for nothing', async () => {
  const project = makeProject({ settings: STORAGE, files: { 'media/x.txt': 'a' } })
  const root = project.path('staticroot')
  await runBuild(project.root)
  const first = readManifest(root).paths['x.txt'] ?? ''
  project.write('media/x.txt', 'b')
  await runBuild(project.root)
  rmSync(`${root}/${first}`)
  expect(() => rollBack(root)).toThrow(
    expect.objectContaining({
      pluginCode: 'DJANGO_STATIC_RELEASE',
      message: expect.stringContaining('Release 0001 cannot be restored: 1 of its files are gone'),
    }),
  )
  mkdirSync(`${root}/.kovu/releases`, { recursive: true })
  writeFileSync(`${root}/.kovu/releases/0003.json`, '{"manifest": "')
  expect(listReleases(root).map(({ id }) => id)).toEqual(['0001', '0002'])
})
