/** Django's own asset packages, in a virtual environment that is made once. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PACKAGES = ['Django==5.2.*', 'django-compressor==4.*', 'django-pipeline==4.*']

/**
 * Makes the environment, unless it is there.
 *
 * @returns Path of its Python; undefined where there is no Python, or no way to the packages.
 */
export function assetPython(): string | undefined {
  const place = join(tmpdir(), 'kovu-venvs', 'django-assets')
  const python = join(place, 'bin', 'python')
  if (works(python)) return python
  const lock = `${place}.lock`
  mkdirSync(join(tmpdir(), 'kovu-venvs'), { recursive: true })
  try {
    mkdirSync(lock)
  } catch {
    return undefined
  }
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', place])
    execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PACKAGES])
  } catch {
    return undefined
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
  return python
}

function works(python: string): boolean {
  if (!existsSync(python)) return false
  try {
    execFileSync(python, ['-c', 'import django, compressor, pipeline'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
