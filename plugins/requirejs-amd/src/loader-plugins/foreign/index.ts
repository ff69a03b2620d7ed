/**
 * Loader plugins of the site itself, in a build: as under r.js, they load their resources, write them into layers, write once more at the end of
 * each layer, and write files of their own. They run in a context of `node:vm` under this package's own loader.
 */
export { PluginHost, type Written } from './host.ts'
export type { LayerName } from './layer.ts'
