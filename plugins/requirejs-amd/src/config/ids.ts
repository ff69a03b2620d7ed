/** Ids to public names and files, and back. */
import type { Found, Ids, RequireConfig, Resolved } from '../types.ts'
import { isUrl, joinPublic, mapPath, normalizeId, rulesOf, splitPlugin } from './normalize.ts'

/** What {@link createIds} builds on. */
export interface IdsOptions {
  readonly config: RequireConfig
  /** Parts of the configuration known only at run time, by dotted path; ids below such a path are external. */
  readonly dynamic?: Readonly<Record<string, string>> | undefined
  /** Public name of `baseUrl`, such as `main/js`; '' is the static root. */
  readonly prefix: string
  /** The file behind a public name. */
  find(publicName: string): Found | undefined
  /** Do files stay as they are, as in a build? What an id means is then looked up once. */
  readonly fixed?: boolean | undefined
}

const specials = new Set(['require', 'exports', 'module'])

/**
 * The meaning of ids under a configuration, as RequireJS 2.3 has it.
 *
 * @param options The configuration and where files are.
 */
export function createIds(options: IdsOptions): Ids {
  const { config, prefix } = options
  const find = (publicName: string): Found | undefined => options.find(publicName)
  const rules = rulesOf(config)
  const lateKeys = new Set(
    Object.keys(options.dynamic ?? {}).flatMap((path) =>
      path.startsWith('paths.') ? [path.slice(6)] : [],
    ),
  )
  const bundles = new Map(
    Object.entries(config.bundles ?? {}).flatMap(([bundle, ids]) =>
      ids.map((id) => [id, bundle] as const),
    ),
  )
  const isLate = (id: string): boolean =>
    lateKeys.size > 0 &&
    id.split('/').some((_, index, parts) => lateKeys.has(parts.slice(0, index + 1).join('/')))

  const pathOf = (id: string): string | undefined => {
    const mapped = isLate(id) ? undefined : mapPath(id, rules)
    return mapped?.kind === 'path' ? joinPublic(prefix, mapped.path) : undefined
  }

  const look = (id: string): Resolved => {
    const { plugin, name } = splitPlugin(id)
    if (plugin !== undefined) return { kind: 'plugin', id, plugin, resource: name }
    const bundle = bundles.get(id)
    const bundleName = bundle === undefined ? undefined : ids.toPublicName(bundle)
    const bundleFound = bundleName === undefined ? undefined : find(bundleName)
    if (bundleName !== undefined && bundleFound) {
      return { kind: 'module', id, publicName: bundleName, found: bundleFound, bundle }
    }
    if (isUrl(id) || isLate(id)) return { kind: 'external', id }
    const mapped = mapPath(id, rules)
    if (mapped.kind !== 'path') return { kind: mapped.kind, id }
    const publicName = ids.toPublicName(id)
    if (publicName === undefined) return { kind: 'external', id }
    const found = find(publicName)
    return found ? { kind: 'module', id, publicName, found } : { kind: 'missing', id, publicName }
  }

  const located = options.fixed ? new Map<string, Resolved>() : undefined
  const ids: Ids = {
    config,
    prefix,
    normalize(id, parentId) {
      const { plugin, name } = splitPlugin(id)
      if (plugin === undefined) return normalizeId(id, parentOf(parentId), rules)
      const normal = name.includes('!') ? name : normalizeId(name, parentOf(parentId), rules)
      return `${normalizeId(plugin, parentOf(parentId), rules)}!${normal}`
    },
    toPublicName(id) {
      const path = id.includes('!') ? undefined : pathOf(rules.mains.get(id) ?? id)
      return path === undefined || path === '' ? undefined : `${path}.js`
    },
    toResourceName(path) {
      const file = path.slice(path.lastIndexOf('/') + 1)
      const dot = file.lastIndexOf('.')
      const extension = dot > 0 || (dot === 0 && !path.startsWith('.')) ? file.slice(dot) : ''
      const stem = extension === '' ? path : path.slice(0, -extension.length)
      const name = pathOf(stem)
      return name === undefined ? undefined : name + extension
    },
    resolve(written, parentId): Resolved {
      if (specials.has(written)) return { kind: 'special', id: written }
      const resolved = ids.locate(ids.normalize(written, parentId))
      if (resolved.kind !== 'plugin' || !resolved.resource.startsWith('.')) return resolved
      // RequireJS leaves a relative resource with a second `!` as it is; its path is relative to the parent all the same.
      const [path = '', ...flags] = resolved.resource.split('!')
      return {
        ...resolved,
        resource: [normalizeId(path, parentOf(parentId), rules), ...flags].join('!'),
      }
    },
    locate(id): Resolved {
      const known = located?.get(id) ?? look(id)
      located?.set(id, known)
      return known
    },
    idOf(publicName) {
      if (!publicName.endsWith('.js')) return undefined
      const bare = publicName.slice(0, -3)
      const below = (dir: string): string | undefined =>
        bare.startsWith(dir) ? bare.slice(dir.length) : undefined
      const candidates: string[] = []
      for (const [key, value] of Object.entries(rules.paths)) {
        const path = typeof value === 'string' ? joinPublic(prefix, value) : undefined
        if (path === undefined) continue
        if (path === bare) candidates.push(key)
        const rest = below(path === '' ? '' : `${path}/`)
        if (rest !== undefined) candidates.push(`${key}/${rest}`)
      }
      const plain = below(prefix === '' ? '' : `${prefix}/`)
      if (plain !== undefined) candidates.push(plain)
      for (const [name, main] of rules.mains)
        if (ids.toPublicName(main) === publicName) candidates.push(name)
      return candidates
        .filter((id) => ids.toPublicName(ids.normalize(id)) === publicName)
        .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0]
    },
  }
  return ids
}

/** A parent's own id: relative ids in a resource `text!a/b` are none of ours. */
function parentOf(parentId: string | undefined): string | undefined {
  return parentId === undefined || parentId === '' ? undefined : splitPlugin(parentId).name
}
