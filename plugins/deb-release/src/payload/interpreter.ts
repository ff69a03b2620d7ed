import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { DebReleaseError } from '../error.ts'

/** What a Python says of itself. */
export interface Interpreter {
  /** Path or command by which it is started. */
  readonly command: string
  /** Such as `3.11`: the server's has to be the same. */
  readonly minor: string
  /** What compiled packages depend on: `linux-x86_64`. */
  readonly platform: string
  /** Its site-packages folder when it is that of a virtual environment. */
  readonly site: string | undefined
}

const question = `
import json, sys, sysconfig
print(json.dumps({
    'minor': '%d.%d' % sys.version_info[:2],
    'platform': sysconfig.get_platform(),
    'site': sysconfig.get_path('purelib') if sys.prefix != sys.base_prefix else None,
}))
`

/**
 * Finds the project's Python and asks it what it is.
 *
 * @param root Vite's root.
 * @param configured The option `src.python`.
 * @throws {DebReleaseError} `DEB_RELEASE_PYTHON` when it does not start.
 */
export function findInterpreter(root: string, configured: string | undefined): Interpreter {
  const candidates = [join(root, '.venv/bin/python'), join(root, '../.venv/bin/python')]
  const command = configured ?? candidates.find((each) => existsSync(each)) ?? 'python3'
  try {
    const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe']
    const answer = execFileSync(command, ['-c', question], { cwd: root, encoding: 'utf8', stdio })
    const { site, ...rest } = JSON.parse(answer) as Omit<Interpreter, 'site'> & {
      site: string | null
    }
    return { ...rest, command, site: site ?? undefined }
  } catch (cause) {
    throw new DebReleaseError(
      'DEB_RELEASE_PYTHON',
      `${command} does not run, and so cannot tell which Python the servers need. Make .venv, or name the interpreter in \`src.python\`.`,
      { cause },
    )
  }
}
