/** From ids to URLs: `paths`, packages, bundles, `urlArgs`, and the hashed names that a build gave to files. */
import { each, eachOwn, has, isBrowser, own, root } from './objects.ts'
import { core } from './core/handover.ts'
import { requirejs } from './requirejs.ts'
import type { LoaderData } from './data.ts'
import type { Config, Context, Table } from './types.ts'

/** Replaced by JSON when the loader's file is written. */
declare const KOVU_LOADER_DATA: LoaderData

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

/** What the node side said. */
export var data: LoaderData = KOVU_LOADER_DATA

/** A build's hash in a file name. */
var HASH = /\.[0-9a-f]{12}(\.[^./?#]*)?(?=[?#]|$)/

/** Absolute URL of the static root, or nothing when the loader does not know its own URL. */
var staticRoot: string | undefined

/** Id to the URL of the layer that defines it, of the build's own layers. */
var layers: Table<string> = {}

/** Public names of folders by their URLs as written: resolving is slow, and the same few come again and again. */
var folders: Table<string | undefined> = {}

/** Development: URL of the loader's own script. */
export var ownUrl: string | undefined

/** Learns where the static root is. To be called while the loader's own script runs. */
export function findStaticRoot(): void {
  // In a worker there is no way to know.
  var script = isBrowser && (root.document.currentScript as HTMLScriptElement | null)
  if (KOVU_TAKES_OVER) staticRoot = core.root
  else if (script && data.staticRoot) staticRoot = rootFrom(script.src, data.staticRoot)
  if (!staticRoot) return
  eachOwn(data.bundles || {}, function (ids, layer) {
    each(ids, function (id) {
      layers[id] = staticRoot + layer
    })
  })
}

/** The static root, seen from the loader's own script. */
function rootFrom(src: string, relative: string): string | undefined {
  if (KOVU_DEVELOPMENT) ownUrl = src
  var name = data.name
  // Concatenated with others, or put into the page, the loader's script is another one.
  var own =
    !name ||
    ('/' + src.replace(/[?#].*/, '').replace(HASH, '$1')).slice(-name.length - 1) === '/' + name
  if (own && src) return new URL(relative, src).href
  return data.url && new URL(data.url, root.document.baseURI).href
}

/**
 * The public name that a URL stands for.
 * @param url any URL
 * @returns the path below the static root, without query; undefined for URLs elsewhere
 */
export function publicName(url: string): string | undefined {
  if (!staticRoot) return undefined
  url = url.replace(/[?#].*/, '')
  var end = url.lastIndexOf('/') + 1
  var folder = url.slice(0, end)
  // A URL that cannot be parsed is left to the browser.
  try {
    if (!has(folders, folder)) {
      folders[folder] = undefined
      var absolute = new URL(folder, root.document.baseURI).href
      if (!absolute.indexOf(staticRoot))
        folders[folder] = decodeURI(absolute.slice(staticRoot.length))
    }
    var name = folders[folder]
    return name === undefined ? name : name + decodeURI(url.slice(end))
  } catch {
    return undefined
  }
}

/**
 * A public name's hashed name.
 * @param name the public name
 * @returns its name in the build, or undefined
 */
function hashedName(name: string): string | undefined {
  var value = data.files && own(data.files, name)
  return value && /^[0-9a-f]{12}$/.test(value)
    ? name.replace(/(\.[^./]*)?$/, '.' + value + '$1')
    : value
}

/**
 * The URL that a build gave to a file.
 * @param url URL by RequireJS's rules
 * @returns the hashed URL with the same query; the URL itself where there is none
 */
function hashedUrl(url: string): string {
  var name = data.files && publicName(url)
  var hashed = name && hashedName(name)
  return hashed ? staticRoot + encodeURI(hashed) + url.replace(/^[^?#]*/, '') : url
}

/**
 * Takes the hash out of a URL that a template rendered with `{% static %}`.
 * @param url URL of a built file, such as that of `data-main`
 * @returns the URL under its public name; the URL itself where it is none of ours
 */
export function unhashedUrl(url: string): string {
  var plain = url.replace(HASH, '$1')
  var name = publicName(plain)
  return name && hashedName(name) === publicName(url) ? plain : url
}

/**
 * The build's layer that defines an id.
 * @param ctx the context; only the default one has layers
 * @param id the id
 * @returns the layer's URL under its public name, or undefined
 */
export function layerOf(ctx: Context, id: string): string | undefined {
  return ctx.contextName === '_' ? own(layers, id) : undefined
}

/**
 * Applies `paths`: the longest prefix wins.
 * @param config the configuration
 * @param id the id
 * @returns a path, relative to `baseUrl` or absolute
 */
function pathOf(config: Config, id: string): string {
  var parts = id.split('/')
  for (var i = parts.length; i > 0; i--) {
    var path = own(config.paths, parts.slice(0, i).join('/'))
    if (Array.isArray(path)) path = path[0]
    if (path) return [path].concat(parts.slice(i)).join('/')
  }
  return id
}

/**
 * The URL of an absolute id.
 * @param ctx the context
 * @param id the id; may be a URL already
 * @param ext extension instead of `.js`
 * @param skipExt is no `.js` appended
 * @returns the URL
 */
export function nameToUrl(ctx: Context, id: string, ext?: string, skipExt?: boolean): string {
  var config = ctx.config
  id = own(config.pkgs, id) || id
  var bundle = own(ctx.bundlesMap, id)
  if (bundle) return ctx.nameToUrl(bundle, ext, skipExt)
  var url = id + (ext || '')
  if (!requirejs.jsExtRegExp.test(id)) {
    url = pathOf(config, id)
    url += ext || (skipExt || /^data:|^blob:|\?/.test(url) ? '' : '.js')
    if (!/^(\/|[\w+.-]+:)/.test(url)) url = config.baseUrl + url
  }
  // Layers of several pages may hold the same id; one that stands where the id leads is the one meant.
  var layer = skipExt ? undefined : layerOf(ctx, id)
  if (layer) {
    // One URL for one layer, so that it loads once.
    var name = publicName(url) || ''
    url = has(data.bundles as object, name) ? staticRoot + name : layer
  }
  var args = config.urlArgs as ((id: string, url: string) => string) | undefined
  return hashedUrl(url) + (args && url.indexOf('blob:') ? args(id, url) : '')
}

/**
 * The URL that asks the development server for a layer: the module and all it needs that is not here yet.
 * @param ctx the context
 * @param id the module's id
 * @param url the module's URL
 * @returns the URL with the question in its query
 */
export function layerRequest(ctx: Context, id: string, url: string): string {
  return (
    url +
    (url.indexOf('?') < 0 ? '?' : '&') +
    'amd=' +
    encodeURIComponent(id) +
    '&have=' +
    ctx.layers.map(encodeURIComponent).join(',')
  )
}
