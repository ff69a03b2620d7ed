/** What becomes of what the core cannot do: the complete loader is fetched, and goes on with it. */
import { defined, registry } from './registry.ts'
import { acts, requirejs, throwError } from './requirejs.ts'
import { data, root } from './tables.ts'
import type { Defined, Handover, Held } from './types.ts'
import type { Config, Requirejs, Table, Value } from '../types.ts'

/** URLs of scripts that were asked for. */
export var fetched: Table<Value> = {}

/** Configurations so far. */
export var configs: Partial<Config>[] = []

/** `define()` calls that nobody has taken yet. */
export var queue: Defined[] = []

/** Those that were taken and are being registered. */
export var taken: Defined[] = []

/** What the complete loader takes over. */
export var handover = {
  pending: registry,
  done: defined,
  fetched: fetched,
  configs: configs,
  queue: queue,
  taken: taken,
  root: root,
  acts: acts,
  throwError: throwError,
} as Handover

var held: Held[] | undefined

/**
 * Puts a script into the page.
 * @param url its URL
 * @param onLoad hears when it has run
 * @param onError hears when it did not come
 */
export function insert(
  url: string,
  onLoad: null | (() => void),
  onError: (event: Value) => void,
): void {
  var node = document.createElement('script')
  node.async = true
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- shorter, and nobody else has the element
  node.onload = onLoad
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- likewise
  node.onerror = onError
  node.src = url
  document.head.appendChild(node)
}

/** Holds back whatever happens from now on, and fetches the complete loader. */
export function hold(): void {
  if (held) return
  handover.held = held = []
  requirejs.s = handover as unknown as Requirejs['s']
  acts.forEach(function (_act, kind) {
    acts[kind] = function () {
      // oxlint-disable-next-line prefer-rest-params -- whatever they are
      ;(held as Held[]).push([kind, arguments, queue.splice(0)])
    }
  })
  insert(root + data.complete, null, function () {
    throw Error(data.complete + ' has not been loaded')
  })
}
