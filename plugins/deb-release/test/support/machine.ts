import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** A Debian server of our own: a real systemd in a container, without network but its own loopback. */
export interface Machine {
  /** Runs a shell command as root. */
  run(command: string): Promise<Outcome>
  /** The same; throws with the output when it fails. */
  must(command: string): Promise<string>
  /** Starts a program of this machine in the server's network. */
  inNetwork(program: string, args: readonly string[]): ChildProcess
  /** Path of a file of the server, here. */
  path(name: string): string
  halt(): Promise<void>
}

/** What a command came to. */
interface Outcome {
  readonly status: number
  /** Standard output and standard error. */
  readonly output: string
}

/** Packages of Debian that the server may install. */
const archive = ['nginx', 'nodejs', 'python3.11', 'cron']

/**
 * Makes an empty Debian 12, with systemd and nothing else, and boots it.
 *
 * @param repository A folder that the server sees as `/srv/apt`.
 */
export async function bootMachine(repository: string): Promise<Machine> {
  // apt reads as a user of its own.
  chmodSync(repository, 0o755)
  // In memory when there is memory: dpkg writes slowly to disks.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kovu-server-'))
  const root = join(folder, 'root')
  try {
    await makeRoot(root)
    const nspawn = spawn(
      'systemd-nspawn',
      [
        '-q',
        '-b',
        '-D',
        root,
        '--register=no',
        '--keep-unit',
        '--private-network',
        '--link-journal=no',
        `--bind-ro=${repository}:/srv/apt`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let console = ''
    nspawn.stdout.on('data', (data: Buffer) => (console += data.toString()))
    nspawn.stderr.on('data', (data: Buffer) => (console += data.toString()))
    const ended = new Promise<void>((resolve) => nspawn.once('exit', () => resolve()))
    const leader = await leaderOf(nspawn, () => console)
    return machineOf(leader, root, async () => {
      nspawn.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** A prepared root can be named in KOVU_DEBIAN_ROOT: making one takes half a minute. */
async function makeRoot(root: string): Promise<void> {
  const prepared = process.env.KOVU_DEBIAN_ROOT
  if (prepared !== undefined && existsSync(prepared)) {
    await exec('cp', ['-a', '--reflink=auto', prepared, root])
    return
  }
  await exec('mmdebstrap', [
    '--variant=apt',
    '--include=systemd-sysv',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=force-unsafe-io',
    '--skip=cleanup/apt',
    `--customize-hook=${mirror}`,
    'bookworm',
    root,
  ])
}

/** Leaves apt with nothing of Debian but {@link archive} and what that needs, in a folder: its whole index takes apt a second each time. */
const mirror = `
chroot "$1" apt-get install -y -q --download-only ${archive.join(' ')}
mkdir "$1/srv/debian" && mv "$1"/var/cache/apt/archives/*.deb "$1/srv/debian"
cd "$1/srv/debian" && apt-ftparchive packages . > Packages
echo 'deb [trusted=yes] file:/srv/debian ./' > "$1/etc/apt/sources.list"
rm -rf "$1"/var/lib/apt/lists/*
chroot "$1" apt-get update -q
`

/** The server's first process, once it has started everything. */
async function leaderOf(nspawn: ChildProcess, console: () => string): Promise<number> {
  const pid = nspawn.pid ?? 0
  for (let tries = 0; tries < 600 && nspawn.exitCode === null; tries += 1) {
    const children = `/proc/${pid}/task/${pid}/children`
    const [leader] = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ') : []
    if (leader !== undefined && leader !== '') {
      const state = await run(Number(leader), 'systemctl is-system-running --wait')
      if (/running|degraded/.test(state.output)) return Number(leader)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`the server did not boot:\n${console()}`)
}

function machineOf(leader: number, root: string, halt: () => Promise<void>): Machine {
  return {
    run: (command) => run(leader, command),
    must: async (command) => {
      const { status, output } = await run(leader, command)
      if (status !== 0) throw new Error(`${command}\nended with ${status}:\n${output}`)
      return output
    },
    inNetwork: (program, args) =>
      spawn('nsenter', ['-t', String(leader), '-n', '--', program, ...args], {
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    path: (name) => join(root, name),
    halt,
  }
}

function run(leader: number, command: string): Promise<Outcome> {
  const enter = ['-t', String(leader), '-m', '-u', '-i', '-n', '-p', '-r', '-w', '--']
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    DEBIAN_FRONTEND: 'noninteractive',
    LC_ALL: 'C',
  }
  return new Promise((resolve) => {
    const shell = ['sh', '-c', `exec 2>&1; ${command}`]
    execFile('nsenter', [...enter, ...shell], { env, maxBuffer: 1 << 26 }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ status: code, output: stdout })
    })
  })
}
