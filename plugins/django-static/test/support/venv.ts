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
  // Another test process may be making it: the folder is the lock.
  const lock = `${place}.lock`
  mkdirSync(join(tmpdir(), 'kovu-venvs'), { recursive: true })
  for (let tries = 0; ; tries += 1) {
    try {
      mkdirSync(lock)
      break
    } catch {
      if (hasDjango(python)) return python
      if (tries > 240) throw new Error(`${lock} is held for too long`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    }
  }
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', place])
    const pip = [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      `Django==${version}.*`,
    ]
    execFileSync(python, pip, { stdio: 'inherit' })
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
  return python
}

function hasDjango(python: string): boolean {
  if (!existsSync(python)) return false
  try {
    execFileSync(python, ['-c', 'import django'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
