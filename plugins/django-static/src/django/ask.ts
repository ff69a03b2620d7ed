import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { debuglog } from 'node:util'
import { DjangoStaticError, positionAt } from '../error.ts'
import type { DjangoInfo } from './answer.ts'
import type { Interpreter } from './interpreter.ts'

const debug = debuglog('kovu:django-static')

interface Raised {
  readonly error: 'raised' | 'nostaticfiles'
  readonly kind?: string
  readonly message?: string
  readonly frames?: readonly {
    readonly file: string
    readonly line: number
    readonly text: string
  }[]
}

interface Cached {
  readonly key: string
  readonly stamps: Readonly<Record<string, string>>
  readonly info: DjangoInfo
}

/**
 * Asks Django for its finders and settings. One start of Python; the answer is kept on disk until one of the files it came
 * from, the interpreter, or the environment changes.
 *
 * @param python How to start the project's Python.
 * @param cacheDir Folder for the kept answer.
 * @param env The caller's environment.
 * @throws {DjangoStaticError} `DJANGO_STATIC_PYTHON`, `DJANGO_STATIC_SETTINGS`, `DJANGO_STATIC_APP` or `DJANGO_STATIC_URL`.
 */
export async function askDjango(
  python: Interpreter,
  cacheDir: string,
  env: NodeJS.ProcessEnv,
): Promise<DjangoInfo> {
  const script = readFileSync(new URL('../../python/ask.py', import.meta.url), 'utf8')
  const key = cacheKey(python, script, env)
  const cacheFile = join(cacheDir, 'django', `project-${key.slice(0, 12)}.json`)
  const kept = readCache(cacheFile, key)
  if (kept !== undefined) {
    debug('answer kept from before: %s', cacheFile)
    return kept
  }
  const info = check(await run(python, script, env), python)
  const watched = [...info.files, ...settingsNeighbours(python, info)]
  const stamps = Object.fromEntries(watched.map((file) => [file, stamp(file)]))
  mkdirSync(dirname(cacheFile), { recursive: true })
  const temporary = `${cacheFile}.${randomUUID()}`
  writeFileSync(temporary, JSON.stringify({ key, stamps, info } satisfies Cached))
  renameSync(temporary, cacheFile)
  return info
}

/** Files beside the settings that projects commonly read their settings from. */
export function settingsNeighbours(python: Interpreter, info: DjangoInfo): string[] {
  const folders = new Set([python.cwd, ...(info.settingsFile ? [dirname(info.settingsFile)] : [])])
  const command = python.argv[0]
  return [
    join(python.cwd, 'manage.py'),
    ...[...folders].map((folder) => join(folder, '.env')),
    ...(command.includes('/') ? [command, join(dirname(command), '..', 'pyvenv.cfg')] : []),
  ]
}

const VOLATILE =
  /^(?:_|SHLVL|PWD|OLDPWD|TERM.*|COLUMNS|LINES|NODE.*|npm_.*|INIT_CWD|VITE.*|VITEST.*|SSH_.*|XDG_.*|TEST|PROD|DEV|SSR|MODE|BASE_URL|WINDOWID|TMPDIR|FORCE_COLOR|NO_COLOR|COLOR.*|KOVU_.*)$/

/** Does a variable change from call to call, and mean nothing to a site? */
export function isVolatile(name: string): boolean {
  return VOLATILE.test(name)
}

function cacheKey(python: Interpreter, script: string, env: NodeJS.ProcessEnv): string {
  const variables = Object.entries({ ...env, ...python.env })
    .filter(([name]) => !isVolatile(name))
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([script, python.argv, python.cwd, python.settings, variables]))
    .digest('hex')
}

function stamp(file: string): string {
  try {
    const { mtimeMs, size } = statSync(file)
    return `${mtimeMs} ${size}`
  } catch {
    return 'missing'
  }
}

function readCache(file: string, key: string): DjangoInfo | undefined {
  try {
    const cached = JSON.parse(readFileSync(file, 'utf8')) as Cached
    if (cached.key !== key) return undefined
    const fresh = Object.entries(cached.stamps).every(([path, was]) => stamp(path) === was)
    return fresh ? cached.info : undefined
  } catch {
    return undefined
  }
}

function run(
  python: Interpreter,
  script: string,
  env: NodeJS.ProcessEnv,
): Promise<DjangoInfo | Raised> {
  const sentinel = `kovu-${randomUUID()}`
  const [command, ...rest] = python.argv
  return new Promise((done, failed) => {
    const child = spawn(command, [...rest, '-c', script, sentinel], {
      cwd: python.cwd,
      env: {
        ...env,
        ...python.env,
        DJANGO_SETTINGS_MODULE: python.settings,
        PYTHONIOENCODING: 'utf-8',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => out.push(data))
    child.stderr.on('data', (data: Buffer) => err.push(data))
    child.on('error', (cause) => {
      failed(
        new DjangoStaticError(
          'DJANGO_STATIC_PYTHON',
          `Python did not start: ${command} (${cause.message}). Make a virtual environment (python3 -m venv .venv && .venv/bin/pip install -r requirements.txt), or name the interpreter with djangoStatic({ python: '…' }).`,
          undefined,
          cause,
        ),
      )
    })
    child.on('close', (code) => {
      const text = Buffer.concat(out).toString('utf8')
      const [, json] = text.split(sentinel)
      if (json !== undefined) {
        done(JSON.parse(json) as DjangoInfo | Raised)
        return
      }
      const said = Buffer.concat([...err, ...out])
        .toString('utf8')
        .trim()
        .split('\n')
        .slice(-8)
        .join('\n')
      failed(
        new DjangoStaticError(
          'DJANGO_STATIC_PYTHON',
          `${command} ended with code ${String(code)} before Django could answer. It said:\n${said}`,
        ),
      )
    })
  })
}

function check(answer: DjangoInfo | Raised, python: Interpreter): DjangoInfo {
  if (!('error' in answer)) {
    if (!answer.staticUrl) {
      throw new DjangoStaticError(
        'DJANGO_STATIC_URL',
        `${answer.settingsModule} sets no STATIC_URL. Set it to a path such as '/static/' or to the URL of a static host.`,
      )
    }
    return answer
  }
  if (answer.error === 'nostaticfiles') {
    throw new DjangoStaticError(
      'DJANGO_STATIC_APP',
      `${python.settings} does not have 'django.contrib.staticfiles' in INSTALLED_APPS. Add it: its finders say where static files are.`,
    )
  }
  const { kind = 'Error', message = '', frames = [] } = answer
  if (kind === 'ModuleNotFoundError' && /'django'/.test(message)) {
    throw new DjangoStaticError(
      'DJANGO_STATIC_PYTHON',
      `${python.argv.join(' ')} has no Django. 'kovu init' makes .venv from requirements.txt; else activate the project's virtual environment, or name its interpreter with djangoStatic({ python: '…' }).`,
    )
  }
  const place = frames.findLast(
    ({ file }) => !/[\\/](?:site|dist)-packages[\\/]|^<|[\\/]lib[\\/]python3/.test(file),
  )
  throw new DjangoStaticError(
    'DJANGO_STATIC_SETTINGS',
    `Django does not start with the settings ${python.settings}: ${kind}: ${message}`,
    place && framePosition(place.file, place.line, place.text),
  )
}

function framePosition(file: string, line: number, text: string): ReturnType<typeof positionAt> {
  try {
    const source = readFileSync(file, 'utf8')
    const lines = source.split('\n')
    const offset = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
    return positionAt(file, source, offset + (lines[line - 1]?.search(/\S|$/) ?? 0))
  } catch {
    return { file, line, column: 0, frame: text }
  }
}
