/** Module ids: relative ones, `map`, packages, `plugin!resource`. */
import { own } from './objects.ts'
import type { Config, Context, LoaderPlugin, ModuleMap, Table } from './types.ts'

/**
 * Resolves `.` and `..`. A leading `..` stays, and so does what follows a first segment when two `..` come at once,
 * as in RequireJS.
 * @param parts segments of an id
 * @returns the segments that are left
 */
function withoutDots(parts: string[]): string[] {
  var out: string[] = []
  for (var i = 0; i < parts.length; i++) {
    var part = parts[i] as string
    if (part === '.') continue
    var depth = out.length
    if (
      part === '..' &&
      depth &&
      out[depth - 1] !== '..' &&
      !(depth === 1 && parts[i + 1] === '..')
    ) {
      out.pop()
    } else out.push(part)
  }
  return out
}

/**
 * Applies `map`: the longest prefix of the id wins, then the longest prefix of the asking module; `*` comes last.
 * @param map the `map` configuration
 * @param name the id asked for
 * @param base segments of the asking module's id, or nothing
 * @returns the id meant
 */
function mapped(map: Table<Table<string>>, name: string, base: string[] | undefined): string {
  var parts = name.split('/')
  var star = map['*']
  var starValue: string | undefined
  var starLength = 0
  function replaced(value: string, length: number): string {
    return [value].concat(parts.slice(length)).join('/')
  }
  for (var i = parts.length; i > 0; i--) {
    var prefix = parts.slice(0, i).join('/')
    for (var j = base ? base.length : 0; j > 0; j--) {
      var table = own(map, (base as string[]).slice(0, j).join('/'))
      var value = table && own(table, prefix)
      if (value) return replaced(value, i)
    }
    if (star && !starValue) {
      starValue = own(star, prefix)
      starLength = i
    }
  }
  return starValue ? replaced(starValue, starLength) : name
}

/**
 * Makes an id absolute.
 * @param config the configuration
 * @param name the id as written, without plugin
 * @param baseName id of the module that wrote it
 * @param applyMap is it a dependency (`map` holds for those only)
 * @returns the absolute id
 */
export function normalize(
  config: Config,
  name: string,
  baseName: string | null | undefined,
  applyMap?: boolean,
): string {
  var base = baseName ? baseName.split('/') : undefined
  var map = config.map
  if (name) {
    if (config.nodeIdCompat) name = name.replace(/\.js$/, '')
    var parts = name.split('/')
    if (base && name.charAt(0) === '.') parts = base.slice(0, -1).concat(parts)
    name = withoutDots(parts).join('/')
  }
  if (applyMap && map && (base || map['*'])) name = mapped(map, name, base)
  return own(config.pkgs, name) || name
}

/**
 * Takes `plugin!resource` apart.
 * @param name the id
 * @returns plugin (undefined without) and the rest
 */
function split(name: string): [string | undefined, string] {
  var at = name.indexOf('!')
  return at < 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)]
}

/**
 * Resolves an id. A resource whose plugin is not there yet gets an id of its own until the plugin can normalise it.
 * @param ctx the context
 * @param name the id as written; nothing for a `require()` call, which gets an internal id
 * @param parent the module that wrote it
 * @param isNormalized is the id absolute already
 * @param applyMap is it a dependency
 * @returns the resolved id
 */
export function makeModuleMap(
  ctx: Context,
  name: string | null | undefined,
  parent?: ModuleMap | null,
  isNormalized?: boolean,
  applyMap?: boolean,
): ModuleMap {
  var parentName = parent ? parent.name : null
  var originalName = name
  var full = ''
  var plugin: LoaderPlugin | undefined
  var url: string | undefined
  function absolute(id: string): string {
    return normalize(ctx.config, id, parentName, applyMap)
  }

  var isDefine = !!name
  var parts = split(name || '_@r' + ++ctx.requires)
  var prefix = parts[0]
  var rest = parts[1]
  if (prefix) {
    prefix = absolute(prefix)
    plugin = own(ctx.defined, prefix) as LoaderPlugin | undefined
    if (rest) {
      if (isNormalized) full = rest
      else if (plugin && plugin.normalize) full = plugin.normalize(rest, absolute)
      // A nested `a!b!c` waits for its plugins.
      else full = rest.indexOf('!') < 0 ? absolute(rest) : rest
    }
  } else if (rest) {
    // `map` may have made it a plugin's resource; its values are absolute.
    parts = split(absolute(rest))
    prefix = parts[0]
    full = parts[1]
    isNormalized = true
    url = ctx.nameToUrl(full)
  }
  var suffix = prefix && !plugin && !isNormalized ? '_unnormalized' + ++ctx.unnormalized : ''
  return {
    prefix: prefix,
    name: full,
    parentMap: parent,
    unnormalized: !!suffix,
    url: url,
    originalName: originalName,
    isDefine: isDefine,
    id: (prefix ? prefix + '!' + full : full) + suffix,
  }
}
