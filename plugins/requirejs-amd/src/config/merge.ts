import type { RequireConfig, RequirePackage } from '../types.ts'

const tables = ['paths', 'bundles', 'config', 'map', 'shim'] as const

/**
 * Lays one configuration over another, as RequireJS's `config()` does: `paths`, `bundles`, `config` and `shim` by key,
 * `map` two levels deep, packages by name, anything else whole.
 *
 * @param under The earlier one.
 * @param over The later one, which wins.
 */
export function mergeConfig(under: RequireConfig, over: RequireConfig): RequireConfig {
  const merged: RequireConfig = { ...under, ...over }
  for (const key of tables) {
    if (under[key] && over[key]) merged[key] = { ...under[key], ...over[key] } as never
  }
  if (under.map && over.map) {
    const map: Record<string, Record<string, string>> = { ...under.map }
    for (const [id, table] of Object.entries(over.map)) map[id] = { ...map[id], ...table }
    merged.map = map
  }
  if (under.config && over.config) {
    const config: Record<string, unknown> = { ...under.config }
    for (const [id, value] of Object.entries(over.config)) {
      const before = config[id]
      config[id] = isTable(before) && isTable(value) ? { ...before, ...value } : value
    }
    merged.config = config
  }
  if (under.packages && over.packages) {
    const names = new Set(over.packages.map(nameOf))
    merged.packages = [
      ...under.packages.filter((entry) => !names.has(nameOf(entry))),
      ...over.packages,
    ]
  }
  return merged
}

function nameOf(entry: string | RequirePackage): string {
  return typeof entry === 'string' ? entry : entry.name
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
