/** The `data-main` attribute: which module a page begins with, and what ids are relative to. */
import { own, root } from './objects.ts'
import { requirejs } from './requirejs.ts'
import { data, publicName, unhashedUrl } from './urls.ts'
import type { Config } from './types.ts'

/**
 * Reads the last `data-main` of the page into the configuration.
 * @param config the page's configuration so far
 */
export function readDataMain(config: Partial<Config>): void {
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
  main = main.replace(/\.js$/, '')
  if (requirejs.jsExtRegExp.test(main)) main = url
  // The build may know the module by another id.
  var name = data.main && publicName(url.replace(/(\.js)?$/, '.js'))
  main = (name && own(data.main || {}, name)) || main
  config.deps = (config.deps || []).concat(main)
}
