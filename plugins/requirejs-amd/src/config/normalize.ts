/** Ids as RequireJS 2.3 normalizes them (its `normalize`, `splitPrefix` and `nameToUrl`), as pure functions. */
import type { RequireConfig } from '../types.ts'

/** What normalizing needs of a configuration. */
export interface Rules {
  readonly map: Readonly<Record<string, Record<string, string>>>
  /** Is there anything in `map`? */
  readonly isMapped: boolean
  readonly paths: Readonly<Record<string, string | readonly string[]>>
  /** Package name to the id of its main module. */
  readonly mains: ReadonlyMap<string, string>
  readonly nodeIdCompat: boolean
}

/** Reads the rules off a configuration. Packages become paths and main ids, as RequireJS does it. */
export function rulesOf(config: RequireConfig): Rules {
  const paths: Record<string, string | readonly string[]> = { ...config.paths }
  const mains = new Map<string, string>()
  for (const entry of config.packages ?? []) {
    const pkg = typeof entry === 'string' ? { name: entry } : entry
    if (pkg.location !== undefined) paths[pkg.name] = pkg.location
    mains.set(
      pkg.name,
      `${pkg.name}/${(pkg.main ?? 'main').replace(/^\.\//, '').replace(/\.js$/, '')}`,
    )
  }
  const map = config.map ?? {}
  const isMapped = Object.keys(map).length > 0
  return { map, isMapped, paths, mains, nodeIdCompat: config.nodeIdCompat ?? false }
}

/** An id without a loader plugin: made absolute, then `map`, then a package's main. */
export function normalizeId(name: string, parent: string | undefined, rules: Rules): string {
  const isPlain = !name.startsWith('.') && !name.includes('/.') && !rules.nodeIdCompat
  if (isPlain && !rules.isMapped) return rules.mains.get(name) ?? name
  const base = parent?.split('/')
  let parts = name.split('/')
  const last = parts.at(-1)
  if (rules.nodeIdCompat && last?.endsWith('.js')) parts[parts.length - 1] = last.slice(0, -3)
  if (parts[0]?.startsWith('.') && base) parts = [...base.slice(0, -1), ...parts]
  const id = trimDots(parts).join('/')
  const mapped = applyMap(id, base, rules.map)
  return rules.mains.get(mapped) ?? mapped
}

/** `plugin!resource` in two; the plugin is undefined when there is no `!`. */
export function splitPlugin(id: string): { plugin: string | undefined; name: string } {
  const at = id.indexOf('!')
  return at < 0
    ? { plugin: undefined, name: id }
    : { plugin: id.slice(0, at), name: id.slice(at + 1) }
}

/** What `paths` makes of a normalized id. */
export type Mapped =
  /** A path relative to `baseUrl`, without `.js`. */
  | { readonly kind: 'path'; readonly path: string; readonly key: string | undefined }
  | { readonly kind: 'empty' }
  /** A URL, or several: no file of ours. */
  | { readonly kind: 'external' }

/** Applies `paths`: the longest prefix wins. */
export function mapPath(id: string, rules: Rules): Mapped {
  if (isUrl(id)) return { kind: 'external' }
  for (let length = id.length; length > 0; length = id.lastIndexOf('/', length - 1)) {
    const key = id.slice(0, length)
    if (!Object.hasOwn(rules.paths, key)) continue
    const value = rules.paths[key] ?? ''
    const path = typeof value === 'string' ? value : value.length === 1 ? value[0] : undefined
    if (path === undefined) return { kind: 'external' }
    if (path.startsWith('empty:')) return { kind: 'empty' }
    if (/^\/|^[\w+.-]+:|\?/.test(path)) return { kind: 'external' }
    return { kind: 'path', path: path + id.slice(length), key }
  }
  return { kind: 'path', path: id, key: undefined }
}

/** Does RequireJS take the id for a URL (absolute, with a protocol, a query, or ending in `.js`)? */
export function isUrl(id: string): boolean {
  return /^\/|:|\?|\.js$/.test(id)
}

/** Joins a public prefix and a path; undefined when it leaves the static root. */
export function joinPublic(prefix: string, path: string): string | undefined {
  const parts: string[] = []
  for (const part of `${prefix}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

function applyMap(id: string, base: readonly string[] | undefined, map: Rules['map']): string {
  const parts = id.split('/')
  const star = Object.hasOwn(map, '*') ? map['*'] : undefined
  let byStar: { value: string; length: number } | undefined
  for (let length = parts.length; length > 0; length--) {
    const segment = parts.slice(0, length).join('/')
    for (let depth = base?.length ?? 0; depth > 0; depth--) {
      const owner = base?.slice(0, depth).join('/') ?? ''
      const value = Object.hasOwn(map, owner) ? own(map[owner], segment) : undefined
      if (value !== undefined) return [value, ...parts.slice(length)].join('/')
    }
    const value = own(star, segment)
    if (!byStar && value !== undefined) byStar = { value, length }
  }
  return byStar ? [byStar.value, ...parts.slice(byStar.length)].join('/') : id
}

function own(table: Record<string, string> | undefined, key: string): string | undefined {
  return table && Object.hasOwn(table, key) ? table[key] || undefined : undefined
}

function trimDots(parts: readonly string[]): string[] {
  const trimmed = [...parts]
  for (let i = 0; i < trimmed.length; i++) {
    if (trimmed[i] === '.') {
      trimmed.splice(i--, 1)
    } else if (trimmed[i] === '..') {
      // A leading `..` stays: the id then leaves `baseUrl`.
      if (i === 0 || (i === 1 && trimmed[2] === '..') || trimmed[i - 1] === '..') continue
      trimmed.splice(i - 1, 2)
      i -= 2
    }
  }
  return trimmed
}
