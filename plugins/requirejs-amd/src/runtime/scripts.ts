/** Script elements: how modules arrive. In a worker, `importScripts`. */
import { makeError } from './errors.ts'
import { each, has, isBrowser, own, root } from './objects.ts'
import { requirejs } from './requirejs.ts'
import { data, layerRequest, publicName } from './urls.ts'
import type { Config, Context } from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

declare function importScripts(url: string): void

/** Where scripts go, and what they stand before. */
var base: Element | undefined
if (isBrowser) base = root.document.getElementsByTagName('base')[0]

/**
 * The element that holds the page's scripts.
 * @returns the head, or what holds `<base>`
 */
export function scriptParent(): Element {
  return (base ? base.parentNode : root.document.getElementsByTagName('head')[0]) as Element
}

/**
 * Makes a script element. Applications replace it, as `requirejs.createNode`, to set a nonce for example.
 * @param config the configuration
 * @returns the element
 */
export function createNode(config: Config): HTMLScriptElement {
  // In a document of `config.xhtml` too, this is an element of XHTML.
  var node = root.document.createElement('script')
  node.type = config.scriptType || 'text/javascript'
  node.charset = 'utf-8'
  node.async = true
  return node
}

/**
 * Loads a script for a module.
 * @param ctx the context
 * @param id the module's id
 * @param url the script's URL
 * @returns the element; nothing in a worker, and for layers that wait for their turn
 */
export function loadScript(ctx: Context, id: string, url: string): HTMLScriptElement | undefined {
  if (!KOVU_TAKES_OVER && !isBrowser) {
    try {
      importScripts(url)
      ctx.completeLoad(id)
    } catch (error) {
      ctx.onError(
        makeError('importscripts', 'importScripts failed for ' + id + ' at ' + url, error, [id]),
      )
    }
    return undefined
  }
  if (KOVU_DEVELOPMENT && data.dev && publicName(url) !== undefined && !own(ctx.bundlesMap, id)) {
    ctx.wanted.push({ id: id, url: url })
    nextLayer(ctx)
    return undefined
  }
  return insert(ctx, id, url, url)
}

/**
 * Asks for the next layer, unless one is under way: it brings modules that the next one then need not hold.
 * @param ctx the context
 */
function nextLayer(ctx: Context): void {
  while (!ctx.asking) {
    var next = ctx.wanted.shift()
    if (!next) return
    var mod = own(ctx.registry, next.id)
    // An earlier layer may have brought it.
    if (has(ctx.defined, next.id) || (mod && mod.inited)) continue
    ctx.asking = true
    insert(ctx, next.id, next.url, layerRequest(ctx, next.id, next.url))
  }
}

/**
 * Puts the script element into the page.
 * @param ctx the context
 * @param id the module's id
 * @param url the module's URL
 * @param src the URL to load
 * @returns the element
 */
function insert(ctx: Context, id: string, url: string, src: string): HTMLScriptElement {
  var config = ctx.config
  var node = requirejs.createNode(config, id, url)
  node.setAttribute('data-requirecontext', ctx.contextName)
  node.setAttribute('data-requiremodule', id)
  node.addEventListener('load', ctx.onScriptLoad, false)
  node.addEventListener('error', ctx.onScriptError, false)
  if (KOVU_DEVELOPMENT && src !== url) {
    var turn = function (event: Event): void {
      ctx.asking = false
      if (event.type === 'load') ctx.layers.push(id)
      nextLayer(ctx)
    }
    node.addEventListener('load', turn, false)
    node.addEventListener('error', turn, false)
  }
  node.src = src
  if (config.onNodeCreated) config.onNodeCreated(node, config, id, url)
  ;(requirejs.s.head as Element).insertBefore(node, base || null)
  return node
}

/**
 * Removes the script element of a module.
 * @param ctx the context
 * @param id the module's id
 */
export function removeScript(ctx: Context, id: string): void {
  if (!isBrowser) return
  each(root.document.getElementsByTagName('script') as unknown as Element[], function (node) {
    if (
      node.getAttribute('data-requiremodule') !== id ||
      node.getAttribute('data-requirecontext') !== ctx.contextName
    ) {
      return false
    }
    if (node.parentNode) node.parentNode.removeChild(node)
    return true
  })
}
