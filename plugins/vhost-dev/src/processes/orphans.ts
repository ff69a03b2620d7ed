import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** In the environment of every process the front starts: who started it, and for which root. */
export const ownerVariable = 'KOVU_VHOST_OWNER'

/** The value of {@link ownerVariable} for processes of this one. */
export function ownerMark(root: string): string {
  return `${process.pid}:${startTime(process.pid) ?? ''}:${root}`
}

/**
 * Ends what an earlier run for the same root left behind because it was killed before it could clean up, wherever the
 * processes have moved (their own sessions included).
 *
 * @returns The ids of the processes that were ended.
 */
export async function sweepOrphans(root: string): Promise<number[]> {
  const swept: number[] = []
  for (const { pid, mark } of await markedProcesses()) {
    const parts = /^(\d+):([^:]*):([\s\S]*)$/.exec(mark)
    if (!parts || parts[3] !== root || pid === process.pid) continue
    const owner = Number(parts[1])
    if (isAlive(owner) && (startTime(owner) ?? '') === parts[2]) continue
    try {
      process.kill(pid, 'SIGKILL')
      swept.push(pid)
    } catch {
      // It has ended meanwhile.
    }
  }
  await untilGone(swept)
  return swept
}

/** Waits, at most a second: a killed process keeps its port for a moment. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  for (let i = 0; i < 100 && pids.some(isAlive); i += 1) await delay(10)
}

/**
 * Ends, by force, whatever carries this process's own mark: children that left their group.
 *
 * @returns Their ids.
 */
export function killMarked(mark: string): number[] {
  const killed: number[] = []
  if (process.platform !== 'linux') return killed
  for (const found of markedOnLinux()) {
    if (found.mark !== mark || found.pid === process.pid) continue
    try {
      process.kill(found.pid, 'SIGKILL')
      killed.push(found.pid)
    } catch {
      // It has ended meanwhile.
    }
  }
  return killed
}

interface Marked {
  readonly pid: number
  readonly mark: string
}

async function markedProcesses(): Promise<Marked[]> {
  if (process.platform === 'linux') return markedOnLinux()
  if (process.platform === 'win32') return []
  // BSD's ps prints the environment after the command.
  const run = promisify(execFile)
  const { stdout } = await run('ps', ['-axEww', '-o', 'pid=,command=']).catch(() => ({
    stdout: '',
  }))
  const found: Marked[] = []
  for (const line of stdout.split('\n')) {
    const match = new RegExp(
      `^\\s*(\\d+)\\s.*\\s${ownerVariable}=(.*?)(?:\\s[A-Za-z_]\\w*=|$)`,
    ).exec(line)
    if (match?.[1]) found.push({ pid: Number(match[1]), mark: match[2] ?? '' })
  }
  return found
}

function markedOnLinux(): Marked[] {
  const found: Marked[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    let environment: string
    try {
      environment = readFileSync(`/proc/${entry}/environ`, 'utf8')
    } catch {
      continue
    }
    const at = `\0${environment}`.indexOf(`\0${ownerVariable}=`)
    if (at < 0) continue
    const start = at + ownerVariable.length + 1
    const end = environment.indexOf('\0', start)
    found.push({ pid: Number(entry), mark: environment.slice(start, end < 0 ? undefined : end) })
  }
  return found
}

/** When a process started, in the system's own ticks; undefined where that is not known, and when it has ended. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; the fields count from after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended, and nobody has taken notice: in containers the first process seldom does.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
