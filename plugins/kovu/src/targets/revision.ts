import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What is built, as the machine that builds it calls it. */
export interface Revision {
  readonly branch: string
  /** The number of the build, or an empty string where nobody numbers builds and the commits cannot be counted. */
  readonly build: string
}

/** Variables by which Jenkins and Kovu, GitHub, GitLab, CircleCI and Bitbucket name a branch and number a build: those of `kovu deb`. */
const branches = [
  'BRANCH_NAME',
  'GITHUB_HEAD_REF',
  'GITHUB_REF_NAME',
  'CI_COMMIT_REF_NAME',
  'CIRCLE_BRANCH',
  'BITBUCKET_BRANCH',
]
const builds = [
  'BUILD_NUMBER',
  'GITHUB_RUN_NUMBER',
  'CI_PIPELINE_IID',
  'CIRCLE_BUILD_NUM',
  'BITBUCKET_BUILD_NUMBER',
]

/** The branch and build, from the environment or from git. */
export async function revision(root: string, env: NodeJS.ProcessEnv): Promise<Revision> {
  const named = (names: readonly string[]): string | undefined =>
    names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  return {
    branch: named(branches) ?? (await git(root, 'symbolic-ref', '--short', 'HEAD')),
    build: named(builds) ?? (await commits(root)),
  }
}

/** A shallow clone has fewer commits than there are. */
async function commits(root: string): Promise<string> {
  const isWhole = (await git(root, 'rev-parse', '--is-shallow-repository')) === 'false'
  return isWhole ? git(root, 'rev-list', '--count', 'HEAD') : ''
}

/** What git says; an empty string when it has nothing to say. */
async function git(root: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('git', args, { cwd: root })).stdout.trim()
  } catch {
    return ''
  }
}
