import { DebReleaseError, type ErrorCode } from './error.ts'
import { branchSlug, buildNumber, siteName } from './identity.ts'

/** Options of {@link debRelease}; the README tells the consequences of each. */
export interface DebReleaseOptions {
  /**
   * Name of the site, and the first part of every package's name.
   *
   * @default `name` of package.json, without its scope
   */
  name?: string
  /**
   * The build number: version of the packages and name of the release (`r101`).
   *
   * @default BUILD_NUMBER, GITHUB_RUN_NUMBER and the like; else the number of commits
   */
  version?: string | number
  /**
   * The branch, made fit for package names (`feature/Login` is `feature-login`).
   *
   * @default BRANCH_NAME, GITHUB_REF_NAME and the like; else what git has checked out
   */
  branch?: string
  /**
   * What the release carries.
   *
   * @default {}
   */
  src?: SourceOptions
  /**
   * What runs on servers, by name: one package each.
   *
   * @default {}
   */
  roles?: Readonly<Record<string, RoleOptions>>
  /**
   * Folder of the apt repository, from Vite's root.
   *
   * @default 'dist/apt'
   */
  repo?: string
  /**
   * Which branch is published to which suite of the repository; a `*` stands for any characters.
   *
   * @default { master: 'production', main: 'production', develop: 'staging' }
   */
  channels?: Readonly<Record<string, string>>
  /**
   * The gpg key that signs the repository: an address, a fingerprint, a key id.
   *
   * @default undefined
   */
  sign?: string
  /**
   * How many releases the repository holds of a branch, and `kovu release gc` leaves on a server.
   *
   * @default 5
   */
  keep?: number
  /**
   * Who answers for the packages: `Name <address>`.
   *
   * @default `author` of package.json
   */
  maintainer?: string
}

/** Options of what a release carries. */
export interface SourceOptions {
  /** Patterns from Vite's root. `!x` leaves out; one without `!` brings in what is left out by default. @default [] */
  readonly files?: readonly string[]
  /** More Debian packages that the release needs (`default-mysql-client`). @default [] */
  readonly depends?: readonly string[]
  /** The requirements file of production, or false for no Python. @default `requirements-production.txt`, `requirements/production.txt` or `requirements.txt`, when there is one */
  readonly requirements?: string | false
  /** The Python whose minor version the server has. @default `.venv/bin/python` in Vite's root or the folder above, else `python3` */
  readonly python?: string
  /** Carry the installed packages of package.json's `dependencies`, or some of them. @default true when a role runs `node` */
  readonly node?: boolean | readonly string[]
  /** Commands that must succeed in a new release before the first switch to it. @default [] */
  readonly checks?: readonly string[]
}

/** Options of a role: a program, a site of nginx, or both. */
export interface RoleOptions {
  /** The command: `gunicorn drund.wsgi`, `python manage.py worker`, `node activity/server.js`. */
  readonly run?: string
  /** When to run it, in the words of systemd.time(7) (`daily`, `*:0/5`); without, it runs always. */
  readonly schedule?: string
  /** Let systemd hold the listening socket: true for a Unix socket, or an address such as `127.0.0.1:8000`. @default false */
  readonly socket?: boolean | string
  /** A systemd unit of the project's own in place of `run`, from Vite's root. */
  readonly service?: string
  /** An nginx configuration, from Vite's root: it travels in the release and is tested before a switch. */
  readonly nginx?: string
  /** A crontab with a user column, from Vite's root, for `/etc/cron.d`. */
  readonly cron?: string
  /** Environment of `run`. Secrets belong into `/etc/default/<name>-<branch>` on the server. @default {} */
  readonly env?: Readonly<Record<string, string>>
  /** The user it runs as. @default 'www-data' */
  readonly user?: string
  /** More Debian packages that the role needs. @default [] */
  readonly depends?: readonly string[]
}

/** Options with every default that does not need the project. */
export interface ResolvedOptions {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly branch: string | undefined
  readonly src: Required<Pick<SourceOptions, 'files' | 'depends' | 'checks'>> & SourceOptions
  readonly roles: ReadonlyMap<string, RoleOptions>
  readonly repo: string
  readonly channels: Readonly<Record<string, string>>
  readonly sign: string | undefined
  readonly keep: number
  readonly maintainer: string | undefined
}

const OPTIONS = [
  'name',
  'version',
  'branch',
  'src',
  'roles',
  'repo',
  'channels',
  'sign',
  'keep',
  'maintainer',
]
const SOURCE = ['files', 'depends', 'requirements', 'python', 'node', 'checks']
const ROLE = ['run', 'schedule', 'socket', 'service', 'nginx', 'cron', 'env', 'user', 'depends']

/** Role names: a part of package, unit and file names. */
const roleRE = /^[a-z0-9][a-z0-9+.]{0,31}$/
const userRE = /^[a-z_][a-z0-9_-]{0,31}$/
const variableRE = /^[A-Za-z_][A-Za-z0-9_]*$/
const suiteRE = /^[a-z0-9][a-z0-9.+-]*$/
const dependsRE =
  /^[a-z0-9][a-z0-9.+-]+(?::[a-z0-9]+)?(?: \((?:<<|<=|=|>=|>>) [^\s()]+\))?(?: \| .+)?$/

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_OPTION`, `…_NAME`, `…_VERSION`, `…_BRANCH` or `…_ROLE` for what cannot be used.
 */
export function resolveOptions(raw: DebReleaseOptions): ResolvedOptions {
  know('debRelease', raw, OPTIONS)
  const { src = {}, roles = {}, keep = 5, channels = defaultChannels } = raw
  know('debRelease’s `src`', src, SOURCE)
  if (!Number.isInteger(keep) || keep < 1) {
    refuse(`\`keep\` is a number of releases from 1 on, not ${JSON.stringify(keep)}`)
  }
  for (const [branch, suite] of Object.entries(channels)) {
    if (!suiteRE.test(suite)) {
      refuse(
        `\`channels\` sends ${branch} to ${JSON.stringify(suite)}, which no suite can be called`,
      )
    }
  }
  if (raw.maintainer !== undefined && !/^[^<>\n]+ <[^<>\s]+@[^<>\s]+>$/.test(raw.maintainer)) {
    refuse(`\`maintainer\` is ${JSON.stringify(raw.maintainer)}, expected 'Name <address>'`)
  }
  for (const [name, role] of Object.entries(roles)) checkRole(name, role)
  checkDepends('src', src.depends)
  for (const check of src.checks ?? []) line('`src.checks`', check)
  return {
    name: raw.name === undefined ? undefined : siteName(raw.name),
    version: raw.version === undefined ? undefined : buildNumber(String(raw.version)),
    branch: raw.branch === undefined ? undefined : branchSlug(raw.branch),
    src: { ...src, files: src.files ?? [], depends: src.depends ?? [], checks: src.checks ?? [] },
    roles: new Map(Object.entries(roles)),
    repo: raw.repo ?? 'dist/apt',
    channels,
    sign: raw.sign,
    keep,
    maintainer: raw.maintainer,
  }
}

const defaultChannels = { master: 'production', main: 'production', develop: 'staging' }

function checkRole(name: string, role: RoleOptions): void {
  const bad = (why: string): never => refuse(`The role \`${name}\` ${why}`, 'DEB_RELEASE_ROLE')
  if (!roleRE.test(name) || name === 'src') {
    bad(
      'cannot be part of a package’s name: lower-case letters, digits, `.` and `+`, and not `src`',
    )
  }
  know(`The role \`${name}\``, role, ROLE, 'DEB_RELEASE_ROLE')
  const { run, service, nginx, cron, schedule, socket, user, env = {} } = role
  if (run === undefined && service === undefined && nginx === undefined && cron === undefined) {
    bad('does nothing: give it `run`, `service`, `nginx` or `cron`')
  }
  if (run !== undefined && service !== undefined)
    bad('has both `run` and `service`: one of them is enough')
  if (run === undefined && (schedule !== undefined || socket !== undefined)) {
    bad('has a `schedule` or a `socket`, but no `run` that they are for')
  }
  if (schedule !== undefined && socket !== undefined) bad('has both a `schedule` and a `socket`')
  if (run !== undefined) line(`The role \`${name}\`'s \`run\``, run)
  if (schedule !== undefined) line(`The role \`${name}\`'s \`schedule\``, schedule)
  if (typeof socket === 'string') line(`The role \`${name}\`'s \`socket\``, socket)
  if (user !== undefined && !userRE.test(user))
    bad(`runs as ${JSON.stringify(user)}, which is no user name`)
  for (const [variable, value] of Object.entries(env)) {
    if (!variableRE.test(variable))
      bad(`sets ${JSON.stringify(variable)}, which is no variable's name`)
    line(`The role \`${name}\`'s ${variable}`, value)
  }
  checkDepends(`the role \`${name}\``, role.depends)
}

function checkDepends(whose: string, depends: readonly string[] = []): void {
  const wrong = depends.find((one) => !dependsRE.test(one))
  if (wrong === undefined) return
  refuse(
    `\`depends\` of ${whose} has ${JSON.stringify(wrong)}, expected such as 'nginx' or 'nodejs (>= 18)'`,
  )
}

/** What becomes a line of a unit or a script must be one. */
function line(what: string, text: string): void {
  if (text.trim() === '' || /[\n\r\0]/.test(text)) {
    refuse(
      `${what} is ${JSON.stringify(text)}, expected one line that is not empty`,
      'DEB_RELEASE_ROLE',
    )
  }
}

function know(whose: string, raw: object, known: readonly string[], code?: ErrorCode): void {
  const unknown = Object.keys(raw).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    refuse(`${whose} has no option \`${unknown}\`; it has ${known.join(', ')}`, code)
  }
}

function refuse(message: string, code: ErrorCode = 'DEB_RELEASE_OPTION'): never {
  throw new DebReleaseError(code, `${message}.`)
}
