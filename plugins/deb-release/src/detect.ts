import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

import { DebReleaseError } from './error.ts'

/** Environment variables in which CI servers tell the build number: Jenkins and Kovu, GitHub, GitLab, CircleCI, Bitbucket. */
export const BUILD_VARIABLES: readonly string[] = [
  'BUILD_NUMBER',
  'GITHUB_RUN_NUMBER',
  'CI_PIPELINE_IID',
  'CIRCLE_BUILD_NUM',
  'BITBUCKET_BUILD_NUMBER',
]

/** And those in which they tell the branch; that of a pull request comes before the merge made for it. */
export const BRANCH_VARIABLES: readonly string[] = [
  'BRANCH_NAME',
  'GITHUB_HEAD_REF',
  'GITHUB_REF_NAME',
  'CI_COMMIT_REF_NAME',
  'CIRCLE_BRANCH',
  'BITBUCKET_BRANCH',
]

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The build number: what the CI server says, else the number of commits.
 *
 * @param root A folder in the repository.
 * @param env The environment.
 * @throws {DebReleaseError} `DEB_RELEASE_VERSION` when there is neither, or the clone is too shallow to count.
 */
export function detectBuild(root: string, env: Environment): string {
  const told = first(env, BUILD_VARIABLES)
  if (told !== undefined) return told
  if (git(root, ['rev-parse', '--is-shallow-repository']) === 'true') {
    throw new DebReleaseError(
      'DEB_RELEASE_VERSION',
      `${root} is a shallow clone: its commits cannot be counted, and every build would get the same number. Set BUILD_NUMBER, or fetch the whole history.`,
    )
  }
  const count = git(root, ['rev-list', '--count', 'HEAD'])
  if (count !== undefined) return count
  throw new DebReleaseError(
    'DEB_RELEASE_VERSION',
    `There is no build number: ${root} is in no git repository with commits. Set BUILD_NUMBER, or debRelease's \`version\`.`,
  )
}

/**
 * The branch: what the CI server says, else what git has checked out.
 *
 * @param root A folder in the repository.
 * @param env The environment.
 * @throws {DebReleaseError} `DEB_RELEASE_BRANCH` when there is neither.
 */
export function detectBranch(root: string, env: Environment): string {
  const told = first(env, BRANCH_VARIABLES) ?? git(root, ['symbolic-ref', '--short', '-q', 'HEAD'])
  if (told !== undefined && told !== '') return told
  throw new DebReleaseError(
    'DEB_RELEASE_BRANCH',
    `The branch is not known: ${root} is on no branch of a git repository. Set BRANCH_NAME, or debRelease's \`branch\`.`,
  )
}

/**
 * The time that everything packed gets: SOURCE_DATE_EPOCH (reproducible-builds.org), else that of the last commit, else one
 * that only the build number decides. Never the clock's: the same tree gives the same bytes.
 *
 * @param build The build number: unhashed static files of another build must not look unmodified to a browser's cache.
 * @returns Seconds since 1970.
 * @throws {DebReleaseError} `DEB_RELEASE_OPTION` when SOURCE_DATE_EPOCH is no number of seconds.
 */
export function detectEpoch(root: string, build: string, env: Environment): number {
  const told = env.SOURCE_DATE_EPOCH
  if (told !== undefined && told !== '') {
    if (/^\d{1,11}$/.test(told)) return Number(told)
    throw new DebReleaseError(
      'DEB_RELEASE_OPTION',
      `SOURCE_DATE_EPOCH is ${JSON.stringify(told)}, expected seconds since 1970.`,
    )
  }
  const committed = git(root, ['log', '-1', '--format=%ct'])
  if (committed !== undefined && /^\d+$/.test(committed)) return Number(committed)
  return NO_HISTORY + (Number.parseInt(build, 10) % 100_000_000)
}

/** The file that git appends to with every commit and checkout: time, count and branch may then be others. */
export function historyOf(root: string): string | undefined {
  const path = git(root, ['rev-parse', '--git-path', 'logs/HEAD'])
  return path === undefined || path === '' ? undefined : resolve(root, path)
}

/** 2020-01-01: later than 1980, which zip files and old tools take for the beginning. */
const NO_HISTORY = 1_577_836_800

function first(env: Environment, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
}

function git(cwd: string, args: readonly string[]): string | undefined {
  try {
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio }).trim()
  } catch {
    return undefined
  }
}
