import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

const windows = process.platform === 'win32'
const graceMs = 4000

/** Signals a whole process group (on Windows: ends the process tree). */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (windows) {
    spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' }).on('error', () => {})
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

/** Is any process of the group left? */
export function groupLives(pid: number): boolean {
  try {
    process.kill(windows ? pid : -pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
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
