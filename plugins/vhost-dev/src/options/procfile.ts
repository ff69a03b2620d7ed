import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { VhostError } from '../error.ts'

/** A Procfile, read. */
export interface Procfile {
  readonly path: string
  /** Shell command lines by name, in the order of the file. */
  readonly commands: ReadonlyMap<string, string>
  /** Variables of the `.env` file beside it, as Foreman hands them on. */
  readonly env: Readonly<Record<string, string>>
}

const entryRE = /^([A-Za-z0-9_-]+):\s*(\S.*)$/

/**
 * Reads a Procfile: lines of `name: command`, `#` begins a comment.
 *
 * @param path Absolute.
 * @throws VhostError `VHOST_DEV_OPTIONS` that names the file and the line.
 */
export function readProcfile(path: string): Procfile {
  const commands = new Map<string, string>()
  for (const [at, line] of read(path).split('\n').entries()) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    const [, name, command] = entryRE.exec(text) ?? []
    const where = `${path}:${at + 1}:1`
    if (name === undefined || command === undefined) {
      fail(`${where}: expected 'name: command', got '${text.slice(0, 80)}'.`)
    }
    if (commands.has(name)) fail(`${where}: there is a process named '${name}' already.`)
    commands.set(name, command)
  }
  if (commands.size === 0) fail(`${path} has no 'name: command' line.`)
  const beside = join(dirname(path), '.env')
  return { path, commands, env: existsSync(beside) ? variables(read(beside)) : {} }
}

function variables(text: string): Record<string, string> {
  const defined = Object.entries(parseEnv(text)).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as Record<string, string>
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new VhostError('VHOST_DEV_OPTIONS', `procfile: cannot read ${path} (${code}).`, { cause })
  }
}

function fail(message: string): never {
  throw new VhostError('VHOST_DEV_OPTIONS', message)
}
