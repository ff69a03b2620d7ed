/** The `data-main` attribute: which module a page begins with, and what ids are relative to. */
import { own, root } from './objects.ts'
import { requirejs } from './requirejs.ts'
import { data, publicName, unhashedUrl } from './urls.ts'
import type { Config, Value } from './types.ts'

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

/**
 * Reads the last `data-main` of the page into the configuration.
 * @param config the page's configuration so far
 * @param begun does the module run already
 */
export function readDataMain(config: Partial<Config>, begun: Value): void {
  var scripts = root.document.getElementsByTagName('script')
  var given: string | null = null
  for (var i = scripts.length - 1; i >= 0 && !given; i--) {
    given = (scripts[i] as Element).getAttribute('data-main')
  }
  if (!given) return
  var url = unhashedUrl(given)
  var main = url
  if (!config.baseUrl && main.indexOf('!') < 0) {
    var slash = main.lastIndexOf('/') + 1
    config.baseUrl = main.slice(0, slash) || './'
    main = main.slice(slash)
  }
  if (KOVU_TAKES_OVER && begun) return
  main = main.replace(/\.js$/, '')
  if (requirejs.jsExtRegExp.test(main)) main = url
  // The build may know the module by another id.
  var name = data.main && publicName(url.replace(/(\.js)?$/, '.js'))
  main = (name && own(data.main || {}, name)) || main
  config.deps = (config.deps || []).concat(main)
}
