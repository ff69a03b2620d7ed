import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { debTarget, publishTarget } from '../src/targets.ts'
import { codeOfPromise } from './support/code.ts'
import { debsIn } from './support/repository.ts'
import { makeSite } from './support/site.ts'

const log = {
  lines: [] as string[],
  info: (line: string) => void log.lines.push(line),
  warn: (line: string) => void log.lines.push(line),
  error: (line: string) => void log.lines.push(line),
}
const target = {
  mode: 'production',
  force: false,
  signal: new AbortController().signal,
  log,
  input: () => {},
  output: () => {},
  build: () => Promise.resolve(true),
}

describe('the publish target', () => {
  test('publishes what deb wrote, says what it did, and says that nothing is signed', async () => {
    const site = makeSite({ 'a.py': '' })
    const run = (options = {}): Promise<unknown> =>
      publishTarget(site.context(options)).run({ ...target, root: site.root })
    expect(await codeOfPromise(run())).toBe('DEB_RELEASE_MISSING')
    await site.build()
    log.lines.length = 0
    await run()
    expect(log.lines[0]).toBe('3 packages published to production')
    expect(log.lines[1]).toContain('not signed')
    await run()
    expect(log.lines[2]).toBe('production has these packages already')
    await site.build({ version: 101 })
    expect(readdirSync(site.path('dist/deb')).toSorted()).toEqual([
      'drund-src-master-r101_101_all.deb',
      'drund-src-master_101_all.deb',
      expect.stringMatching(/^kovu-release_/),
    ])
    await run({ version: 101 })
    expect(debsIn(site.path('dist/apt'))).toHaveLength(5)
  })

  test('publishes a feature branch only when asked', async () => {
    const site = makeSite({ 'a.py': '' }, { branch: 'feature/x' })
    await site.build()
    log.lines.length = 0
    const run = (): Promise<unknown> =>
      publishTarget(site.context()).run({ ...target, root: site.root })
    await run()
    expect(log.lines).toEqual([
      'The branch feature-x has no channel: nothing is published. KOVU_CHANNEL=feature-x kovu publish does it all the same.',
    ])
    expect(existsSync(site.path('dist/apt'))).toBe(false)
    process.env.KOVU_CHANNEL = 'preview'
    try {
      await run()
    } finally {
      delete process.env.KOVU_CHANNEL
    }
    expect(readdirSync(site.path('dist/apt/dists'))).toEqual(['preview'])
  })
})

test('the publish target says what it reads: another branch or build is published anew', async () => {
  const site = makeSite({ 'a.py': '' })
  execFileSync('git', ['init', '-q', '-b', 'topic'], { cwd: site.root })
  await site.build()
  const read: string[] = []
  const input = (what: string): void => void read.push(what)
  await publishTarget(site.context()).run({ ...target, root: site.root, input })
  const debs = readdirSync(site.path('dist/deb')).map((name) => site.path(`dist/deb/${name}`))
  const release = ['env:BUILD_NUMBER', 'env:BRANCH_NAME', site.path('.git/logs/HEAD')]
  expect(read).toEqual(expect.arrayContaining([...release, ...debs, 'env:KOVU_CHANNEL']))
  // A branch that goes nowhere must be looked at again, too, when it is another.
  const feature = makeSite({ 'a.py': '' }, { branch: 'feature/x' })
  const before = read.splice(0)
  await publishTarget(feature.context()).run({ ...target, root: feature.root, input })
  expect(before).toEqual(expect.arrayContaining(read.filter((what) => what.startsWith('env:'))))
  expect(read).toContain('env:BRANCH_NAME')
})

test('the deb target says what it reads: a change of any of it makes packages anew', async () => {
  const site = makeSite({ 'a.py': '' })
  execFileSync('git', ['init', '-q', '-b', 'topic'], { cwd: site.root })
  const [read, written]: [string[], string[]] = [[], []]
  await debTarget(site.context()).run({
    ...target,
    root: site.root,
    input: (what) => void read.push(what),
    output: (path) => void written.push(path),
  })
  expect(read).toEqual(
    expect.arrayContaining([
      'env:BUILD_NUMBER',
      'env:BRANCH_NAME',
      'env:SOURCE_DATE_EPOCH',
      `files:${site.root}/**\n!${site.path('dist/deb')}/**\n!${site.path('dist/apt')}/**`,
      site.path('.git/logs/HEAD'),
    ]),
  )
  const debs = readdirSync(site.path('dist/deb')).map((name) => site.path(`dist/deb/${name}`))
  expect(written.toSorted()).toEqual(debs.toSorted())
})
