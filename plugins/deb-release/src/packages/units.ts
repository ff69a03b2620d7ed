import { DebReleaseError } from '../error.ts'
import type { RoleOptions } from '../options.ts'
import type { Release } from '../release.ts'
import { dataFolder, replaceTokens, socketPath } from './tokens.ts'

/** Unit files of a role by name, and which of them are enabled, sockets first. */
export interface Units {
  readonly files: Readonly<Record<string, string>>
  readonly sockets: readonly string[]
  /** Started with the machine and restarted by a switch. */
  readonly enabled: readonly string[]
}

/**
 * The systemd units of a role's `run`: a service; with `schedule` a timer that starts it; with `socket` a socket that stays open
 * while the service restarts, so that no request is refused.
 *
 * @param programs Names of the programs in the release's virtual environment.
 * @throws {DebReleaseError} `DEB_RELEASE_ROLE` when the command's program is not in the release.
 */
export function unitsOf(
  release: Release,
  role: string,
  options: RoleOptions,
  programs: ReadonlySet<string>,
): Units {
  const { run, schedule, socket = false } = options
  if (run === undefined) return { files: {}, sockets: [], enabled: [] }
  const name = release.names.role(role)
  const service = serviceUnit(release, role, options, replaceTokens(release, role, run), programs)
  const files: Record<string, string> = { [`${name}.service`]: service }
  if (schedule !== undefined) {
    files[`${name}.timer`] = timerUnit(release, role, schedule)
    return { files, sockets: [], enabled: [`${name}.timer`] }
  }
  if (socket === false) return { files, sockets: [], enabled: [`${name}.service`] }
  const listen = socket === true ? socketPath(release, role) : socket
  files[`${name}.socket`] = socketUnit(release, role, listen, userOf(options))
  return { files, sockets: [`${name}.socket`], enabled: [`${name}.service`] }
}

function serviceUnit(
  release: Release,
  role: string,
  options: RoleOptions,
  run: string,
  programs: ReadonlySet<string>,
): string {
  const { identity, names } = release
  const user = userOf(options)
  const scheduled = options.schedule !== undefined
  const socket = options.socket !== undefined && options.socket !== false
  return unit({
    Unit: [
      ['Description', describe(release, role)],
      ['After', 'network.target'],
      ...(socket ? [['Requires', `${names.role(role)}.socket`] as const] : []),
      // A release that cannot start must not keep the next one from being started.
      ['StartLimitIntervalSec', '0'],
    ],
    Service: [
      ['Type', scheduled ? 'oneshot' : 'exec'],
      ['User', user],
      ['WorkingDirectory', `/${names.current}`],
      [
        'Environment',
        `PATH=/${names.current}/venv/bin:/${names.current}/node_modules/.bin:/usr/bin:/bin`,
      ],
      ['Environment', `HOME=${dataFolder(release)}`],
      ['Environment', 'PYTHONUNBUFFERED=1'],
      ...Object.entries(options.env ?? {}).map(
        ([name, value]) =>
          ['Environment', quoted(`${name}=${replaceTokens(release, role, value)}`)] as const,
      ),
      ['EnvironmentFile', `-/etc/default/${identity.name}-${identity.branch}`],
      ['ExecStart', commandLine(release, role, run, programs)],
      ...(scheduled
        ? []
        : ([
            ['Restart', 'always'],
            ['RestartSec', '1'],
            ['TimeoutStopSec', '60'],
          ] as const)),
      ['StateDirectory', `${identity.name}/${identity.branch}`],
      ['NoNewPrivileges', 'true'],
      ['PrivateTmp', 'true'],
      ['ProtectSystem', 'full'],
    ],
    ...(scheduled ? {} : { Install: [['WantedBy', 'multi-user.target']] }),
  })
}

function socketUnit(release: Release, role: string, listen: string, user: string): string {
  const unix = listen.startsWith('/')
  return unit({
    Unit: [['Description', `${describe(release, role)}: the socket`]],
    Socket: [
      ['ListenStream', listen],
      ...(unix
        ? ([
            ['SocketUser', user],
            ['SocketGroup', 'www-data'],
            ['SocketMode', '0660'],
          ] as const)
        : []),
    ],
    Install: [['WantedBy', 'sockets.target']],
  })
}

function timerUnit(release: Release, role: string, schedule: string): string {
  return unit({
    Unit: [['Description', `${describe(release, role)}: the schedule`]],
    Timer: [
      ['OnCalendar', schedule],
      ['Persistent', 'true'],
    ],
    Install: [['WantedBy', 'timers.target']],
  })
}

/** systemd wants an absolute program: one of the virtual environment, Node, or one that the command names by its path. */
function commandLine(
  release: Release,
  role: string,
  run: string,
  programs: ReadonlySet<string>,
): string {
  const current = `/${release.names.current}`
  const [program = '', ...rest] = run.trim().split(/\s+/)
  const escaped = rest.map((word) => word.replaceAll('%', '%%')).join(' ')
  const found = programs.has(program)
    ? `${current}/venv/bin/${program}`
    : program === 'node'
      ? '/usr/bin/node'
      : program.startsWith('/')
        ? program
        : undefined
  if (found !== undefined) return `${found} ${escaped}`.trim()
  const known = [...programs].filter((name) => !/^python\d/.test(name)).join(', ')
  throw new DebReleaseError(
    'DEB_RELEASE_ROLE',
    `The role \`${role}\` runs \`${program}\`, which the release does not carry. It has node${known === '' ? '' : `, ${known}`}; add what is missing to the requirements, or name a program of the server by its absolute path.`,
  )
}

function userOf({ user = 'www-data' }: RoleOptions): string {
  return user
}

function describe({ identity }: Release, role: string): string {
  return `${identity.name} ${role} (${identity.branch})`
}

/** A value that may hold spaces, in systemd.syntax(7)'s words. */
function quoted(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return `"${escaped}"`
}

function unit(sections: Readonly<Record<string, readonly (readonly [string, string])[]>>): string {
  return Object.entries(sections)
    .map(
      ([name, lines]) => `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`,
    )
    .join('\n')
}
