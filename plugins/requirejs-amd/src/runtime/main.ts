/** The loader's entry: puts `require`, `requirejs` and `define` into the page as require.js does, and starts it. */
import { newContext } from './context.ts'
import { define } from './define.ts'
import { update } from './hot/update.ts'
import { isBrowser, isFunction, root } from './objects.ts'
import { readDataMain } from './data-main.ts'
import { requirejs } from './requirejs.ts'
import { createNode, loadScript, scriptParent } from './scripts.ts'
import { data, findStaticRoot } from './urls.ts'
import type { Config, Table, Value } from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/** The object that gets the loader's functions. Replaced when the loader's file is written. */
declare const KOVU_LOADER_PAGE: Table<Value>

var page = isBrowser ? KOVU_LOADER_PAGE : (root as unknown as Table<Value>)

/** Takes the place of require.js, unless the page has an AMD loader already. */
function start(): void {
  if (typeof page['define'] !== 'undefined' || isFunction(page['requirejs'])) return
  var config: Partial<Config> = page['requirejs'] || {}
  if (typeof page['require'] !== 'undefined' && !isFunction(page['require'])) {
    config = page['require'] as Partial<Config>
    page['require'] = undefined
  }
  requirejs.s.newContext = newContext
  requirejs.createNode = createNode
  requirejs.load = loadScript
  if (KOVU_DEVELOPMENT) requirejs.s.update = update
  findStaticRoot()
  requirejs({})
  if (data.config) requirejs(data.config as Partial<Config>)
  if (isBrowser) {
    requirejs.s.head = scriptParent()
    if (!config.skipDataMain) readDataMain(config)
  }
  page['requirejs'] = requirejs
  page['require'] = page['require'] || requirejs
  page['define'] = define
  requirejs(config)
}

start()
