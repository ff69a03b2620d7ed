/** In the complete loader: what the core has left, if the page began with it. */
import { isBrowser, root } from '../objects.ts'
import type { Handover } from './types.ts'
import type { Table, Value } from '../types.ts'

/** Does this loader go on for the core? Replaced by a literal when the loader is bundled. */
declare const KOVU_TAKES_OVER: boolean

/** The object that gets the loader's functions. Replaced when the loader's file is written. */
declare const KOVU_LOADER_PAGE: Table<Value>

/** The object that gets the loader's functions. */
export var page: Table<Value> = isBrowser ? KOVU_LOADER_PAGE : root

/** What the core has left, where this loader goes on for it: nobody else loads it then. */
export var core: Handover = KOVU_TAKES_OVER
  ? (page['requirejs'] as { s: Handover }).s
  : (undefined as unknown as Handover)
