import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import type { Log } from '@kovu/protocol'

import { KovuError } from './error.ts'
import type { Contribution } from './graph/targets.ts'
import type { OwnTarget } from './options.ts'

/**
 * The `targets` option as contributions to the graph.
 *
 * @param root Gives Vite's root; called when a target runs.
 */
export function ownTargets(
  targets: Readonly<Record<string, OwnTarget>>,
  root: () => string,
): Contribution[] {
  return Object.entries(targets).map(([name, target]) => ({
    name,
    own: true,
    before: list(target.before),
    after: list(target.after),
    target: {
      help:
        target.help ?? (typeof target.run === 'string' ? target.run : 'a function of the config'),
      run: async ({ log, signal }) => {
        if (typeof target.run === 'string') {
          await shell({ name, command: target.run, root: root(), log, signal })
        } else await target.run()
      },
    },
  }))
}

/**
 * The environment of the project's own commands: the virtual environment's programs come first, so `python` is the project's.
 *
 * @param root The folder that may hold `.venv`.
 */
function commandEnv(root: string): NodeJS.ProcessEnv {
  const folders = [
    join(root, '.venv/bin'),
    join(root, '.venv/Scripts'),
    join(root, 'node_modules/.bin'),
  ].filter((folder) => existsSync(folder))
  return { ...process.env, PATH: [...folders, process.env['PATH'] ?? ''].join(delimiter) }
}

/**
 * Runs a shell command, its lines going to the log.
 *
 * @throws KovuError `KOVU_COMMAND_FAILED` when the command ends with another code than 0.
 */
export function shell(options: {
  name: string
  command: string
  root: string
  log: Log
  signal?: AbortSignal
}): Promise<void> {
  const { name, command, root, log, signal } = options
  return new Promise((done, fail) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      env: commandEnv(root),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    })
    let last = ''
    const say = (chunk: Buffer): void => {
      last = (last + chunk.toString()).slice(-4000)
      for (const line of chunk.toString().split('\n')) if (line.trim() !== '') log.info(`  ${line}`)
    }
    child.stdout.on('data', say)
    child.stderr.on('data', say)
    child.once('error', fail)
    child.once('close', (code) => {
      if (code === 0) done()
      else {
        fail(
          new KovuError(
            'KOVU_COMMAND_FAILED',
            `The command of ${name} ended with code ${code}: ${command}\nRun it by hand in ${root} to see more.\n${last.trim()}`,
          ),
        )
      }
    })
  })
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
