/** Values of build files in one form. */
import type { RequireConfig, Shim } from './types.ts'

/** Shims with the text of their functions in place of the functions. */
export function plainShims(
  shims: Record<string, Shim | string[]>,
): Record<string, Shim | string[]> {
  const plain: Record<string, Shim | string[]> = {}
  for (const [id, shim] of Object.entries(shims)) {
    if (Array.isArray(shim)) {
      plain[id] = [...shim]
      continue
    }
    const given = shim as { deps?: string[]; exports?: unknown; init?: unknown }
    const init = typeof given.exports === 'function' ? given.exports : given.init
    plain[id] = {
      ...(given.deps ? { deps: [...given.deps] } : {}),
      ...(typeof given.exports === 'string' ? { exports: given.exports } : {}),
      ...(typeof init === 'function' || typeof init === 'string' ? { init: String(init) } : {}),
    }
  }
  return plain
}

/** Without the keys that say nothing. */
export function withoutUndefined(config: RequireConfig): RequireConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}

/** One, several or none, as a list. */
export function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
}

/** Is it an object, and no array? */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
