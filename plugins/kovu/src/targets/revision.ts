import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What is built, as the machine that builds it calls it. */
export interface Revision {
  readonly branch: string
  /** The number of the build, or an empty string outside of a continuous integration. */
  readonly build: string
}

/** Variables by which Jenkins, GitHub, GitLab name a branch and number a build. */
const branches = ['BRANCH_NAME', 'GITHUB_HEAD_REF', 'GITHUB_REF_NAME', 'CI_COMMIT_REF_NAME']
const builds = ['BUILD_NUMBER', 'GITHUB_RUN_NUMBER', 'CI_PIPELINE_IID']

/** The branch and build, from the environment or from git. */
export async function revision(root: string, env: NodeJS.ProcessEnv): Promise<Revision> {
  const named = (names: readonly string[]): string | undefined =>
    names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  return { branch: named(branches) ?? (await gitBranch(root)), build: named(builds) ?? '' }
}

async function gitBranch(root: string): Promise<string> {
  try {
    const git = await promisify(execFile)('git', ['symbolic-ref', '--short', 'HEAD'], { cwd: root })
    return git.stdout.trim()
  } catch {
    return ''
  }
}
