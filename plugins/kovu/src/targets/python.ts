import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** How the Python of the machine is started. */
export function systemPython(): string {
  return process.env['PYTHON'] ?? (process.platform === 'win32' ? 'py -3' : 'python3')
}

/** How the project's Python is started, where its virtual environment comes first on PATH. */
export function pythonOf(root: string): readonly string[] {
  const own = existsSync(join(root, '.venv')) || process.env['VIRTUAL_ENV'] !== undefined
  return own ? ['python'] : systemPython().split(' ')
}
