import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Log, Target } from '@kovu/protocol'

import { KovuError } from '../error.ts'
import { seconds } from '../report/progress.ts'
import { systemPython } from './python.ts'
import { shell } from './shell.ts'
import { manageCommand } from './tests.ts'

/**
 * What of the set-up waits for the config: the database, whose name is in the settings; by other targets, services and certificates.
 *
 * @param manage `manage.py` below the root, if there is one.
 * @param python How Python is started.
 */
export function initTarget(manage: string | undefined, python: readonly string[]): Target {
  return {
    help: 'install what is missing: submodules, npm packages, a Python virtual environment, certificates; migrate',
    deps: ['settings', 'vm', 'certificates'],
    async run({ root, log, signal }) {
      if (manage === undefined) return
      const command = manageCommand(python, manage, 'migrate -v0')
      await shell({ name: 'init (database)', command, root, log, signal })
    },
  }
}

/** One step of the set-up, skipped when its work is done already. */
interface Step {
  readonly name: string
  readonly command: string
  needed(): Promise<boolean>
  /** Remembers that the step was done. */
  done?(): Promise<void>
}

/**
 * Sets a fresh checkout up: git submodules, npm packages, a Python virtual environment with the project's requirements.
 * It runs before the Vite config is loaded, since the config asks Django. Steps whose work is done are passed over.
 *
 * @param root The project's folder, absolute.
 * @throws KovuError `KOVU_COMMAND_FAILED` of the step that failed; `KOVU_PREREQUISITE` when Python is too old or missing.
 */
export async function setUp(root: string, log: Log): Promise<void> {
  for (const step of steps(root)) {
    if (!(await step.needed())) continue
    const name = `init (${step.name})`
    const started = performance.now()
    log.info(`init: ${step.name}`)
    await shell({ name, command: step.command, root, log })
    await step.done?.()
    log.info(`✓ ${name} ${seconds(performance.now() - started)}`)
  }
}

function steps(root: string): Step[] {
  const at = (path: string): string => join(root, path)
  const requirements = at('requirements.txt')
  const stamp = at('.venv/.kovu-requirements')
  const digest = async (): Promise<string> =>
    createHash('sha256')
      .update(await readFile(requirements))
      .digest('hex')
  return [
    {
      name: 'git submodules',
      command: 'git submodule update --init --recursive',
      needed: async () => existsSync(at('.gitmodules')),
    },
    {
      name: 'npm packages',
      command: 'npm install',
      needed: async () => existsSync(at('package.json')) && !hasPackages(root),
    },
    {
      name: 'Python virtual environment',
      command: `${systemPython()} -m venv .venv`,
      needed: async () => existsSync(requirements) && !existsSync(at('.venv')),
    },
    {
      name: 'Python packages',
      command: 'python -m pip install --disable-pip-version-check -r requirements.txt',
      needed: async () =>
        existsSync(requirements) &&
        (await readFile(stamp, 'utf8').catch(() => '')) !== (await digest()),
      done: async () => {
        await mkdir(dirname(stamp), { recursive: true })
        await writeFile(stamp, await digest())
      },
    },
  ]
}

/** Are npm packages installed here, or in a workspace above? */
function hasPackages(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules/vite/package.json'))) return true
    if (folder === dirname(folder)) return false
  }
}

/**
 * Checks what a set-up cannot install by itself.
 *
 * @throws KovuError `KOVU_PREREQUISITE`.
 */
export function checkNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  if (!enough) {
    throw new KovuError(
      'KOVU_PREREQUISITE',
      `Kovu needs Node 20.19 or later, or 22.12 or later; this is ${version}. Install a newer Node and run again.`,
    )
  }
}
