import { execFile } from 'node:child_process'
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Native, Programs } from '../services/types.ts'

/**
 * Finds the programs of a service.
 *
 * @returns Undefined when one of them is missing.
 */
export function findPrograms(native: Native): Programs | undefined {
  const found: Record<string, string> = {}
  for (const [name, candidates] of Object.entries(native.programs)) {
    const file = candidates.map(locate).find((each) => each !== undefined)
    if (file === undefined) return undefined
    found[name] = file
  }
  return found
}

function locate(candidate: string): string | undefined {
  if (path.isAbsolute(candidate)) return expand(candidate).find(isProgram)
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => path.join(dir, candidate))
    .find(isProgram)
}

/** Puts a folder's names in the place of a `*`, the highest number first. */
function expand(pattern: string): string[] {
  const [before, after] = pattern.split('*')
  if (before === undefined || after === undefined) return [pattern]
  try {
    return readdirSync(before)
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => before + name + after)
  } catch {
    return []
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The version of a server on this machine, such as `10.11.6`; undefined when it cannot be told. */
export async function versionOf(native: Native, programs: Programs): Promise<string | undefined> {
  const { version } = native
  if (typeof version === 'function') return version(programs)
  const { server = '' } = programs
  return new Promise((resolve) => {
    execFile(server, version, { timeout: 10_000 }, (_, stdout, stderr) => {
      resolve(/\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0])
    })
  })
}

/** Is a version the one that is wanted, as far as that one goes? `10.11.6` is `10.11`, `10.1` is not. */
export function matches(version: string | undefined, wanted: string | undefined): boolean {
  if (wanted === undefined || version === undefined) return true
  return version === wanted || version.startsWith(`${wanted}.`)
}
