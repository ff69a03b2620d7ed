import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'

/**
 * Who listens on a TCP port of this machine.
 *
 * @returns `node server.js (pid 4711)`, or undefined when it cannot be found out (another user's process).
 */
export async function portOwner(port: number): Promise<string | undefined> {
  if (process.platform === 'linux') return linuxOwner(port)
  const run = promisify(execFile)
  if (process.platform === 'win32') {
    const { stdout } = await run('netstat', ['-ano', '-p', 'TCP']).catch(() => ({ stdout: '' }))
    const line = stdout
      .split('\n')
      .find((row) => row.includes(`:${port} `) && row.includes('LISTENING'))
    const pid = line?.trim().split(/\s+/).at(-1)
    return pid && `pid ${pid}`
  }
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']
  const { stdout } = await run('lsof', args).catch(() => ({ stdout: '' }))
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  return pid && `${/^c(.+)$/m.exec(stdout)?.[1] ?? 'a process'} (pid ${pid})`
}

function linuxOwner(port: number): string | undefined {
  const inodes = new Set([
    ...listening('/proc/net/tcp', port),
    ...listening('/proc/net/tcp6', port),
  ])
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
        if (inode !== undefined && inodes.has(inode)) return `${commandOf(pid)} (pid ${pid})`
      }
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return undefined
}

/** Inodes of the listening sockets of a port, from a table such as `/proc/net/tcp`. */
function listening(table: string, port: number): string[] {
  let text: string
  try {
    text = readFileSync(table, 'latin1')
  } catch {
    return []
  }
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes: string[] = []
  for (const row of text.split('\n').slice(1)) {
    const fields = row.trim().split(/\s+/)
    if (fields[1]?.endsWith(wanted) && fields[3] === '0A' && fields[9]) inodes.push(fields[9])
  }
  return inodes
}

function commandOf(pid: string): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  return words.join(' ').slice(0, 120) || 'a process'
}
