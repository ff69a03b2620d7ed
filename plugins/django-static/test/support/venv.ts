import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A virtual environment with a Django of a version, made once and kept in the system's folder for temporary files.
 *
 * @param version Such as `5.2`.
 * @returns Path of its Python.
 */
export function djangoPython(version = '5.2'): string {
  const place = join(tmpdir(), 'kovu-venvs', `django-${version}`)
  const python = join(place, 'bin', 'python')
  if (hasDjango(python)) return python
  alone(
    place,
    () => hasDjango(python),
    () => {
      if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', place])
      install(python, [`Django==${version}.*`])
    },
  )
  return python
}

/** What the tests of Python's side need beside Django, each with the module by which it is known. */
const PACKAGES = {
  whitenoise: 'whitenoise',
  brotli: 'brotli',
  'django-vite': 'django_vite',
  pytest: 'pytest',
  'pytest-django': 'pytest_django',
}

/** Installs what reads a published site, and what runs tests, beside the newest Django. */
export function installReaders(): void {
  const python = djangoPython()
  const isThere = (): boolean => imports(python, Object.values(PACKAGES))
  if (!isThere())
    alone(join(tmpdir(), 'kovu-venvs', 'readers'), isThere, () =>
      install(python, Object.keys(PACKAGES)),
    )
}

/** Does something once, although several test processes may want it: a folder is the lock. */
function alone(place: string, isDone: () => boolean, work: () => void): void {
  const lock = `${place}.lock`
  mkdirSync(join(tmpdir(), 'kovu-venvs'), { recursive: true })
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock)
      break
    } catch {
      if (isDone()) return
      if (tries > 240) throw new Error(`${lock} is held for too long`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    }
  }
  try {
    if (!isDone()) work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function install(python: string, packages: readonly string[]): void {
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages]
  execFileSync(python, pip, { stdio: 'inherit' })
}

function hasDjango(python: string): boolean {
  return existsSync(python) && imports(python, ['django'])
}

function imports(python: string, modules: readonly string[]): boolean {
  try {
    execFileSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
