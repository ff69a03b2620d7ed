/** One page, run with different files and loaders: which modules it defines, in which order, with which values. */
import { visit, type ScriptTag } from '../build/page.ts'

/** What a page came to. */
export interface Result {
  /** Ids in the order in which their modules were defined. */
  readonly order: readonly string[]
  /** Ids of defined modules with what they are, as text. */
  readonly values: Readonly<Record<string, string>>
  /** Messages of errors, without addresses. */
  readonly errors: readonly string[]
}

/** A page to run. */
export interface PageRun {
  /** Texts by path. */
  readonly files: ReadonlyMap<string, string>
  /** The scripts before the modules are asked for. */
  readonly tags: readonly ScriptTag[]
  /** Ids that the page asks for. */
  readonly ids: readonly string[]
  /** Global object that holds the loader; '' is the page. */
  readonly namespace?: string | undefined
  readonly remote?: ((url: string, script: boolean) => Promise<string | undefined>) | undefined
}

/** Writes down what modules are; functions and objects of the page's own realm. */
const SHOW = `function show(value, depth) {
  if (typeof value === 'function') return 'function' + (depth > 2 ? '' : ' ' + keys(value, depth))
  if (value === null || typeof value !== 'object') return typeof value + ' ' + String(value).replace(/\\r\\n?/g, '\\n').replace(/\\d{12,}/g, '…')
  if (Object.prototype.toString.call(value) === '[object Array]') {
    return depth > 3 ? '[…]' : '[' + value.map(function (item) { return show(item, depth + 1) }).join() + ']'
  }
  return value.window === value ? 'window' : depth > 3 ? '{…}' : keys(value, depth)
}
function keys(value, depth) {
  return '{' + Object.keys(value).sort().map(function (key) {
    return key + ': ' + show(value[key], depth + 1)
  }).join() + '}'
}`

/**
 * Runs a page.
 *
 * @param run The page.
 * @returns What it came to.
 */
export async function runPage(run: PageRun): Promise<Result> {
  const { files, ids, remote } = run
  const page = run.namespace ? `window.${run.namespace}` : 'window'
  const asked = JSON.stringify(ids)
  const hook = `order = []; failed = [];
    var api = ${page}.requirejs || ${page}.require;
    if (api) api.onResourceLoad = function (context, map) { order.push(map.id) }`
  const ask = `(${page}.require || ${page}.requirejs)(${asked}, function () { done = true; got = [].slice.call(arguments) }, function (error) { failed.push(error.message) })`
  const { window, errors } = await visit(
    files,
    [...run.tags, { text: hook }, { text: ask }],
    remote,
  )
  const report = await visit(new Map(), [
    { text: SHOW },
    { text: 'shown = {}; shown.value = function (value) { return show(value, 0) }' },
  ])
  const show = (report.window['shown'] as { value: (value: unknown) => string }).value
  const owner = (run.namespace ? window[run.namespace] : window) as
    | undefined
    | {
        requirejs?: {
          s?: { contexts: { _: { defined: Record<string, unknown> } } }
          _defined?: Record<string, unknown>
        }
      }
  const api = owner?.requirejs
  const got = (window['got'] ?? []) as readonly unknown[]
  const defined = api?.s?.contexts._.defined ?? {
    ...api?._defined,
    ...(api === undefined ? {} : Object.fromEntries(ids.map((id, at) => [id, got[at]]))),
  }
  const values = Object.fromEntries(
    Object.keys(defined)
      .filter((id) => !id.startsWith('_@r'))
      .sort()
      .map((id) => [id, show(defined[id])]),
  )
  const failed = (window['failed'] ?? []) as readonly string[]
  return {
    order: (window['order'] ?? []) as readonly string[],
    values,
    errors: [...errors.map(messageOf), ...failed].map((text) => text.replaceAll(/\S*\/\S*/g, '…')),
  }
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : String(error)
}
