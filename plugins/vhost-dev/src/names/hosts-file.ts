import {
  chmodSync,
  chownSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { VhostError } from '../error.ts'
import { isExact } from './hosts.ts'
import { localNote } from './resolution.ts'

/** A block for the hosts file. */
export interface HostsBlock {
  readonly text: string
  /** What the block cannot do, for the person who reads it. */
  readonly notes: readonly string[]
}

/** This machine's hosts file. */
export function hostsFile(): string {
  const windows = process.env['SystemRoot'] ?? 'C:\\Windows'
  return process.platform === 'win32'
    ? join(windows, 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts'
}

/**
 * The lines that make a domain's hosts known to this machine, between marks. `www` stands for a wildcard, as it does where the
 * terminal names the hosts.
 *
 * @param patterns Full names; a `*` or an expression cannot stand in a hosts file.
 */
export function hostsBlock(domain: string, patterns: readonly string[]): HostsBlock {
  const names = new Set(patterns.map((pattern) => pattern.replace(/^\*/, 'www')).filter(isExact))
  const many = patterns.filter((pattern) => !isExact(pattern))
  const hasExample = (pattern: string): boolean =>
    pattern.startsWith('*') && !patterns.includes(pattern.replace(/^\*/, 'www'))
  const rows = [...names].flatMap((name) => [`127.0.0.1 ${name}`, `::1 ${name}`])
  const isLocalhost = domain.endsWith('.localhost')
  const notes: string[] = []
  if (many.length > 0) {
    const stands = many.some(hasExample) ? "'www' stands for '*'. " : ''
    const who = isLocalhost ? ' where a browser does not find it by itself' : ''
    notes.push(
      `A hosts file has no wildcards. ${stands}Add each other name of ${many.join(', ')} that you use${who}: 'kovu hosts anna'.`,
    )
  }
  if (isLocalhost) {
    notes.push(
      'Chromium, Firefox and Edge resolve every .localhost name by themselves, with no line here; Safari and most tools need the lines.',
    )
  }
  if (domain.endsWith('.local')) notes.push(localNote)
  const [first, last] = marks(domain)
  return { text: [first, ...rows, last].join('\n'), notes }
}

/**
 * The file's text with the domain's block in it, in the place of an earlier one.
 *
 * @param block Undefined takes the block out.
 * @throws VhostError `VHOST_DEV_HOSTS` when the marks do not fit together.
 */
export function withBlock(text: string, domain: string, block: string | undefined): string {
  const [first, last] = marks(domain)
  const lines = text.split(/\r?\n/)
  const from = lines.indexOf(first)
  const to = lines.indexOf(last)
  if (from < 0 !== to < 0 || to < from) {
    throw new VhostError(
      'VHOST_DEV_HOSTS',
      `The hosts file has only one of the lines '${first}' and '${last}'. Repair it by hand.`,
    )
  }
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const rows = block === undefined ? [] : block.split('\n')
  if (from >= 0) return [...lines.slice(0, from), ...rows, ...lines.slice(to + 1)].join(end)
  if (rows.length === 0) return text
  const before = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  return [...before, ...rows, ''].join(end)
}

/**
 * Replaces a file at once, with its owner and mode; where it is mounted by itself, as in containers, its content.
 *
 * @throws VhostError `VHOST_DEV_HOSTS` when it may not be written.
 */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.kovu-${process.pid}`
  try {
    try {
      const before = statSync(file, { throwIfNoEntry: false })
      writeFileSync(temporary, text, { flag: 'wx' })
      if (before) {
        chmodSync(temporary, before.mode)
        chownSync(temporary, before.uid, before.gid)
      }
      renameSync(temporary, file)
    } catch (error) {
      rmSync(temporary, { force: true })
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
      writeFileSync(file, text)
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const hint =
      code === 'EACCES' || code === 'EPERM'
        ? "It belongs to the superuser: run it with 'sudo', on Windows as administrator."
        : String(cause)
    throw new VhostError('VHOST_DEV_HOSTS', `Cannot write ${file}. ${hint}`, { cause })
  }
}

/** Reads the file; one that is not there is empty. */
export function readHostsFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new VhostError('VHOST_DEV_HOSTS', `Cannot read ${file}: ${String(cause)}.`, { cause })
  }
}

function marks(domain: string): [first: string, last: string] {
  return [`# kovu ${domain} begin`, `# kovu ${domain} end`]
}
