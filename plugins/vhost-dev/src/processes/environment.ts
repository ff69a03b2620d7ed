import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The environment of an application's process: ours, then what other plugins add, then the host's own. Commands are
 * looked for in the project's Python environment and in `node_modules/.bin` first, as if both were activated.
 *
 * @param root Vite's root.
 * @param additions In growing precedence.
 */
export function processEnvironment(
  root: string,
  additions: readonly Readonly<Record<string, string>>[],
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PYTHONUNBUFFERED: '1' }
  if (process.stdout.isTTY && !env['NO_COLOR']) env['FORCE_COLOR'] ??= '1'
  Object.assign(env, ...additions)
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin'
  const venvs = [env['VIRTUAL_ENV'], join(root, '.venv'), join(root, '..', '.venv')]
  const venv = venvs.find((dir) => dir && existsSync(join(dir, bin)))
  if (venv) env['VIRTUAL_ENV'] = venv
  const first = [venv && join(venv, bin), join(root, 'node_modules', '.bin')]
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  const path = [...first.filter((dir) => dir && existsSync(dir)), env[pathName]]
  env[pathName] = path.filter(Boolean).join(delimiter)
  return env
}
