import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { channelOf } from '../src/channels.ts'
import { detectBranch, detectBuild, detectEpoch } from '../src/detect.ts'
import { branchSlug, buildNumber, namesOf, siteName } from '../src/identity.ts'
import { debRelease } from '../src/index.ts'
import { type DebReleaseOptions, resolveOptions } from '../src/options.ts'
import { temporaryFolder } from './support/site.ts'
import { execFileSync } from 'node:child_process'
import { codeOf } from './support/code.ts'

describe('names', () => {
  test('a release has the names that the documentation promises', () => {
    const names = namesOf({ name: 'drund', branch: 'master', build: '101', epoch: 0 })
    expect(names).toMatchObject({
      payload: 'drund-src-master-r101',
      source: 'drund-src-master',
      site: 'drund/master',
      release: 'opt/drund/master/releases/r101',
      current: 'opt/drund/master/current',
    })
    expect(names.role('www')).toBe('drund-www-master')
  })

  test('the scope of an npm name is left off', () => {
    expect(siteName('@acme/drund')).toBe('drund')
  })

  test.each(['', 'D', 'Drund', 'dründ', 'a b', '-x', 'x/y', 'x'.repeat(65), '../../etc'])(
    'refuses the site name %j',
    (name) => expect(codeOf(() => siteName(name))).toBe('DEB_RELEASE_NAME'),
  )

  test.each([
    ['master', 'master'],
    ['feature/Login_2', 'feature-login-2'],
    ['refs/heads/develop', 'develop'],
    ['origin/main', 'main'],
    ['größe & ärger', 'gr-e-rger'],
    ['fix-r2-d2', 'fix-r-2-d2'],
  ])('the branch %s becomes %s', (branch, slug) => expect(branchSlug(branch)).toBe(slug))

  test.each(['', '///', '日本語', 'b'.repeat(200), ' '])('refuses the branch %j', (branch) =>
    expect(codeOf(() => branchSlug(branch))).toBe('DEB_RELEASE_BRANCH'),
  )

  test('any branch becomes part of a package’s name, or is refused by its code', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (branch) => {
        let slug: string
        try {
          slug = branchSlug(branch)
        } catch (error) {
          return (error as { pluginCode?: string }).pluginCode === 'DEB_RELEASE_BRANCH'
        }
        // Never the name of a payload: that of build 2 of a branch `x` is `x-r2`.
        return /^[a-z0-9]([a-z0-9.+-]*[a-z0-9])?$/.test(slug) && !/-r\d/.test(slug)
      }),
    )
  })

  test.each(['', 'v1', '1 2', '1~rc', '1-2', '1:2', '../1', '1\n2', '9'.repeat(65), '1A'])(
    'refuses the build number %j',
    (build) => expect(codeOf(() => buildNumber(build))).toBe('DEB_RELEASE_VERSION'),
  )
})

describe('what the environment says', () => {
  test('CI servers tell build and branch', () => {
    expect(detectBuild('/', { BUILD_NUMBER: '7' })).toBe('7')
    expect(detectBuild('/', { GITHUB_RUN_NUMBER: '8' })).toBe('8')
    expect(detectBranch('/', { BRANCH_NAME: 'develop' })).toBe('develop')
    expect(detectBranch('/', { GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'main' })).toBe('main')
  })

  test('git counts commits and knows the branch, but not in a shallow clone', () => {
    const [origin, clone] = [temporaryFolder(), temporaryFolder()]
    const git = (cwd: string, ...args: string[]): void => {
      const who = {
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@b',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@b',
      }
      const when = { GIT_AUTHOR_DATE: '@1700000000 +0000', GIT_COMMITTER_DATE: '@1700000000 +0000' }
      execFileSync('git', args, { cwd, stdio: 'ignore', env: { ...process.env, ...who, ...when } })
    }
    git(origin, 'init', '-b', 'topic')
    git(origin, 'commit', '--allow-empty', '-m', 'one')
    git(origin, 'commit', '--allow-empty', '-m', 'two')
    expect(detectBuild(origin, {})).toBe('2')
    expect(detectBranch(origin, {})).toBe('topic')
    expect(detectEpoch(origin, '2', {})).toBe(1_700_000_000)
    git(clone, 'clone', '--depth', '1', `file://${origin}`, '.')
    expect(codeOf(() => detectBuild(clone, {}))).toBe('DEB_RELEASE_VERSION')
    git(clone, 'checkout', '--detach')
    expect(codeOf(() => detectBranch(clone, {}))).toBe('DEB_RELEASE_BRANCH')
  })

  test('without git and CI there is no build number and no branch, and the clock is never asked', () => {
    const folder = temporaryFolder()
    expect(codeOf(() => detectBuild(folder, {}))).toBe('DEB_RELEASE_VERSION')
    expect(codeOf(() => detectBranch(folder, {}))).toBe('DEB_RELEASE_BRANCH')
    expect(detectEpoch(folder, '101', {})).toBe(detectEpoch(folder, '100', {}) + 1)
    expect(detectEpoch(folder, '1', { SOURCE_DATE_EPOCH: '12' })).toBe(12)
    expect(codeOf(() => detectEpoch(folder, '1', { SOURCE_DATE_EPOCH: 'now' }))).toBe(
      'DEB_RELEASE_OPTION',
    )
  })
})

describe('channels', () => {
  const { channels } = resolveOptions({})
  test('master goes to production, develop to staging, a feature branch nowhere unless asked', () => {
    expect(channelOf(channels, 'master', {})).toBe('production')
    expect(channelOf(channels, 'develop', {})).toBe('staging')
    expect(channelOf(channels, 'feature-x', {})).toBeUndefined()
    expect(channelOf(channels, 'feature-x', { KOVU_CHANNEL: 'preview' })).toBe('preview')
    expect(channelOf({ 'feature-*': 'preview' }, 'feature-x', {})).toBe('preview')
  })

  test('a suite that cannot be is refused', () => {
    const asked = { KOVU_CHANNEL: '../../etc' }
    expect(codeOf(() => channelOf(channels, 'master', asked))).toBe('DEB_RELEASE_CHANNEL')
  })
})

describe('options', () => {
  test('with none, everything waits for the project', () => {
    expect(debRelease().name).toBe('deb-release')
    expect(resolveOptions({})).toMatchObject({ repo: 'dist/apt', keep: 5, sign: undefined })
  })

  test.each<[DebReleaseOptions | object, string]>([
    [{ nmae: 'x' }, 'DEB_RELEASE_OPTION'],
    [{ src: { file: [] } }, 'DEB_RELEASE_OPTION'],
    [{ keep: 0 }, 'DEB_RELEASE_OPTION'],
    [{ keep: 1.5 }, 'DEB_RELEASE_OPTION'],
    [{ maintainer: 'someone' }, 'DEB_RELEASE_OPTION'],
    [{ channels: { master: 'Prod uction' } }, 'DEB_RELEASE_OPTION'],
    [{ src: { depends: ['nginx\nEvil: yes'] } }, 'DEB_RELEASE_OPTION'],
    [{ src: { checks: ['a\nb'] } }, 'DEB_RELEASE_ROLE'],
    [{ name: 'Not A Name' }, 'DEB_RELEASE_NAME'],
    [{ version: '1 0' }, 'DEB_RELEASE_VERSION'],
    [{ branch: '/' }, 'DEB_RELEASE_BRANCH'],
    [{ roles: { src: { run: 'node x' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { 'a b': { run: 'node x' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: {} } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { ngnix: 'x' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x\nExecStartPre=evil' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x', env: { 'A B': 'c' } } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x', env: { A: 'c\nd' } } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x', user: 'ro ot' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x', service: 'y' } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { nginx: 'x', socket: true } } }, 'DEB_RELEASE_ROLE'],
    [{ roles: { www: { run: 'node x', socket: true, schedule: 'daily' } } }, 'DEB_RELEASE_ROLE'],
  ])('refuses %j', (options, code) => {
    expect(codeOf(() => debRelease(options))).toBe(code)
  })
})
