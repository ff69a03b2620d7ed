/** From ids to URLs: the layers of the build. What stands in none of them is not the core's. */
import { table } from './registry.ts'
import type { CoreData } from './types.ts'
import type { Table } from '../types.ts'

/** Replaced by JSON when the loader's file is written. */
declare const KOVU_LOADER_DATA: CoreData

/** What the node side said. */
export var data: CoreData = KOVU_LOADER_DATA

/** Id to the URL of the layer that defines it. */
export var urls: Table<string> = table()

var src = (document.currentScript as HTMLScriptElement).src

/** Absolute URL of the static root. */
export var root: string = (
  src.indexOf(data.self) < 0 ? new URL(data.url, document.baseURI) : new URL(data.staticRoot, src)
).href

for (var layer in data.layers) {
  ;(data.layers[layer] as string[]).forEach(function (id) {
    urls[id] = root + layer
  })
}
