import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { DjangoStaticError } from '../error.ts'
import type { ResolvedOptions } from '../options.ts'

/** How the project's Python is started. */
export interface Interpreter {
  /** The command and its first arguments. */
  readonly argv: readonly [string, ...string[]]
  /** Folder of manage.py: the working directory. */
  readonly cwd: string
  /** DJANGO_SETTINGS_MODULE for the mode. */
  readonly settings: string
  /** Variables of the `env` option for the mode. */
  readonly env: Readonly<Record<string, string>>
}

const DEFAULT_SETTINGS = /DJANGO_SETTINGS_MODULE['"]\s*(?:,|\]\s*=)\s*['"]([\w.]+)['"]/

/**
 * Decides which Python runs which settings.
 *
 * @param options The plugin's options.
 * @param root Vite's root.
 * @param mode Vite's mode.
 * @param env The caller's environment.
 * @throws {DjangoStaticError} `DJANGO_STATIC_MANAGE` when manage.py is missing or names no settings.
 */
export function findInterpreter(
  options: ResolvedOptions,
  root: string,
  mode: string,
  env: NodeJS.ProcessEnv,
): Interpreter {
  const manage = resolve(root, options.manage)
  if (!existsSync(manage)) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_MANAGE',
      `There is no ${manage}. Vite's root must be the Django project's folder; else say where it is with djangoStatic({ manage: 'path/to/manage.py' }).`,
    )
  }
  const own = options.env[mode] ?? {}
  const wanted = typeof options.settings === 'string' ? options.settings : options.settings?.[mode]
  const settings =
    wanted ??
    own['DJANGO_SETTINGS_MODULE'] ??
    env['DJANGO_SETTINGS_MODULE'] ??
    DEFAULT_SETTINGS.exec(readFileSync(manage, 'utf8'))?.[1]
  if (settings === undefined) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_MANAGE',
      `${manage} names no settings module, and DJANGO_SETTINGS_MODULE is not set. Name it with djangoStatic({ settings: 'site.settings' }).`,
    )
  }
  return { argv: interpreterArgv(options, root, env), cwd: dirname(manage), settings, env: own }
}

function interpreterArgv(
  options: ResolvedOptions,
  root: string,
  env: NodeJS.ProcessEnv,
): readonly [string, ...string[]] {
  const { python } = options
  if (typeof python === 'object') {
    const [command, ...rest] = python
    return [command ?? 'python3', ...rest]
  }
  if (python !== undefined) {
    return [isAbsolute(python) || !python.includes('/') ? python : resolve(root, python)]
  }
  const active = env['VIRTUAL_ENV']
  const places = [join(root, '.venv'), join(dirname(root), '.venv'), ...(active ? [active] : [])]
  for (const place of places) {
    for (const binary of [join(place, 'bin', 'python'), join(place, 'Scripts', 'python.exe')]) {
      if (existsSync(binary)) return [binary]
    }
  }
  return ['python3']
}
