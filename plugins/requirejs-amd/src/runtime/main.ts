/** The loader's entry: puts `require`, `requirejs` and `define` into the page as require.js does, and starts it. */
import { adopt } from './adopt.ts'
import { newContext } from './context.ts'
import { define } from './define.ts'
import { update } from './hot/update.ts'
import { core, page } from './core/handover.ts'
import { isBrowser, isFunction } from './objects.ts'
import { readDataMain } from './data-main.ts'
import { pageRequire, requirejs } from './requirejs.ts'
import { createNode, loadScript, scriptParent } from './scripts.ts'
import { data, findStaticRoot } from './urls.ts'
import type { Config, Context } from './types.ts'

/** Is it the development's loader? Replaced by a literal when the loader is bundled. */
declare const KOVU_DEVELOPMENT: boolean

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

/** Takes the place of require.js, unless the page has an AMD loader already. */
function start(): void {
  var config = (page['requirejs'] || {}) as Partial<Config>
  if (KOVU_TAKES_OVER) config = core.config
  else if (typeof page['define'] !== 'undefined' || isFunction(page['requirejs'])) return
  else if (typeof page['require'] !== 'undefined' && !isFunction(page['require'])) {
    config = page['require'] as Partial<Config>
    page['require'] = undefined
  }
  requirejs.s.newContext = newContext
  requirejs.createNode = createNode
  requirejs.load = loadScript
  if (KOVU_DEVELOPMENT) requirejs.s.update = update
  findStaticRoot()
  pageRequire({})
  if (data.config) pageRequire(data.config as Partial<Config>)
  if (isBrowser) {
    requirejs.s.head = scriptParent()
    if (!config.skipDataMain) readDataMain(config, KOVU_TAKES_OVER && core.begun)
  }
  page['requirejs'] = requirejs
  page['require'] = page['require'] || requirejs
  page['define'] = define
  if (KOVU_TAKES_OVER) adopt(requirejs.s.contexts['_'] as Context, core)
  else pageRequire(config)
}

start()
