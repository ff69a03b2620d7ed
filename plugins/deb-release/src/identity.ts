import { DebReleaseError } from './error.ts'

/** What a release is called, everywhere: the packages, the folders, the units. */
export interface Identity {
  /** Name of the site: `drund`. */
  readonly name: string
  /** The branch as a package name can hold it: `feature-login`. */
  readonly branch: string
  /** The build, which is also the version of the packages: `101`. */
  readonly build: string
  /** Time of everything packed, in seconds since 1970. */
  readonly epoch: number
}

/** Longest name and branch: a `.deb`'s own file name, `#!` lines and socket paths have bounds that these keep. */
const LONGEST = 64

/** Debian Policy 5.6.1: names of packages. */
const nameRE = /^[a-z0-9][a-z0-9.+-]+$/

/** A version without epoch and revision (Debian Policy 5.6.12) that can stand in a package's name, after an `r`. */
const buildRE = /^[0-9][a-z0-9.+]*$/

/**
 * Checks the name of a site.
 *
 * @param name As the user or package.json has it; a scope (`@acme/drund`) is left off.
 * @throws {DebReleaseError} `DEB_RELEASE_NAME` for what no Debian package can be called.
 */
export function siteName(name: string): string {
  const bare = name.replace(/^@[^/]*\//, '')
  if (nameRE.test(bare) && bare.length <= LONGEST) return bare
  throw new DebReleaseError(
    'DEB_RELEASE_NAME',
    `${shown(name)} cannot be the name of Debian packages: lower-case letters, digits, \`.\`, \`+\` and \`-\`, from 2 to ${LONGEST} of them, the first a letter or digit. Set debRelease's \`name\`.`,
  )
}

/**
 * Makes a branch's name fit for package names: `feature/Login_2` becomes `feature-login-2`.
 *
 * @param branch As git or the CI server has it; `refs/heads/` and `origin/` are left off.
 * @throws {DebReleaseError} `DEB_RELEASE_BRANCH` when nothing is left of it, or it is too long.
 */
export function branchSlug(branch: string): string {
  const slug = branch
    .replace(/^refs\/heads\//, '')
    .replace(/^origin\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.+]+/g, '-')
    .replaceAll(/^[-.+]+|[-.+]+$/g, '')
    // A branch `x-r2` would have the package that build 2 of a branch `x` has.
    .replaceAll(/-r(?=\d)/g, '-r-')
  if (slug !== '' && slug.length <= LONGEST) return slug
  const why = slug === '' ? 'holds no letter and no digit' : `is longer than ${LONGEST} characters`
  throw new DebReleaseError(
    'DEB_RELEASE_BRANCH',
    `The branch ${shown(branch)} ${why}, so no package can be named after it. Set debRelease's \`branch\`.`,
  )
}

/**
 * Checks a build number.
 *
 * @param version Such as `101` or `2026.11.3`.
 * @throws {DebReleaseError} `DEB_RELEASE_VERSION` for what cannot be the version of a package and part of its name.
 */
export function buildNumber(version: string): string {
  if (buildRE.test(version) && version.length <= LONGEST) return version
  throw new DebReleaseError(
    'DEB_RELEASE_VERSION',
    `${shown(version)} cannot be the version of a release: a digit first, then digits, lower-case letters, \`.\` and \`+\`, ${LONGEST} at most. Set debRelease's \`version\`, or BUILD_NUMBER.`,
  )
}

/** The packages and folders of a release. */
export interface Names {
  /** `drund-src-master-r101`: the files of one build. */
  readonly payload: string
  /** `drund-src-master`: what switches to a build. */
  readonly source: string
  /** `drund-src-master-switched`: the dpkg trigger. */
  readonly trigger: string
  /** `drund/master`: what the server's command calls the site. */
  readonly site: string
  /** `opt/drund/master`: the folder of all releases, without a leading slash. */
  readonly home: string
  /** `opt/drund/master/releases/r101`. */
  readonly release: string
  /** `opt/drund/master/current`: the link. */
  readonly current: string
  /** `drund-www-master` for the role `www`. */
  role(role: string): string
}

/** Names of everything about a release. */
export function namesOf({ name, branch, build }: Identity): Names {
  const home = `opt/${name}/${branch}`
  const source = `${name}-src-${branch}`
  return {
    payload: `${source}-r${build}`,
    source,
    trigger: `${source}-switched`,
    site: `${name}/${branch}`,
    home,
    release: `${home}/releases/r${build}`,
    current: `${home}/current`,
    role: (role) => `${name}-${role}-${branch}`,
  }
}

/** A wrong name in a message: never a whole screen of it. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
