import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const windows = process.platform === 'win32'
const graceMs = 4000

/** What ends a process with everything it started, on Windows, which has no process groups. */
function treeKill(pid: number): readonly [program: string, ...args: string[]] {
  return ['taskkill', '/PID', String(pid), '/T', '/F']
}

/** Signals a whole process group (on Windows: ends the process tree). */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (windows) {
    const [program, ...args] = treeKill(pid)
    spawn(program, args, { stdio: 'ignore' }).on('error', () => {})
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

/** Is any process of the group left? One that has ended and that nobody has asked about, as in containers, is not. */
export function groupLives(pid: number): boolean {
  try {
    process.kill(windows ? pid : -pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return process.platform === 'linux' ? hasLiveMember(pid) : true
}

function hasLiveMember(group: number): boolean {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      // The name in parentheses may hold anything; state, parent and group follow it.
      const [state, , member] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3)
      if (Number(member) === group && state !== 'Z' && state !== 'X') return true
    } catch {
      // It has ended meanwhile.
    }
  }
  return false
}

/** Ends a process group to its last member: politely, then by force. */
export async function endGroup(pid: number): Promise<void> {
  signalGroup(pid, 'SIGTERM')
  const started = performance.now()
  while (groupLives(pid)) {
    if (performance.now() - started > graceMs) {
      signalGroup(pid, 'SIGKILL')
      await delay(20)
      return
    }
    await delay(15)
  }
}
