/** A page without a browser: enough of a DOM for script loaders, scripts run in a realm of their own. */
import { createContext, runInContext, type Context } from 'node:vm'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const requireJs: string = readFileSync(require.resolve('requirejs/require.js'), 'utf8')
export const almond: string = readFileSync(require.resolve('almond/almond.js'), 'utf8')

/** A `<script>` of the page. */
export interface ScriptTag {
  readonly src?: string
  readonly main?: string
  readonly text?: string
}

interface Node {
  readonly attributes: Record<string, string>
  readonly listeners: Record<string, ((event: object) => void)[]>
  parentNode: object | undefined
  src: string
  [key: string]: unknown
}

/** What the page did. */
export interface Visit {
  readonly window: Record<string, unknown>
  /** What scripts pushed on the page's `trace` array. */
  readonly trace: readonly unknown[]
  /** URLs that were loaded by the page's scripts, in order. */
  readonly loaded: readonly string[]
  /** Errors that reached the window. */
  readonly errors: readonly unknown[]
}

const ORIGIN = 'http://page.test/'

/**
 * Opens a page.
 *
 * @param files Texts by path below the origin.
 * @param tags The scripts of the page, in order.
 * @param remote A server that is asked instead of the files, by URL below the origin; for a script, or for a text.
 * @returns What happened until nothing was left to do.
 */
export async function visit(
  files: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
  tags: readonly ScriptTag[],
  remote?: (url: string, script: boolean) => Promise<string | undefined>,
): Promise<Visit> {
  const texts = files instanceof Map ? files : new Map(Object.entries(files))
  const scripts: Node[] = []
  const loaded: string[] = []
  const errors: unknown[] = []
  const trace: unknown[] = []
  let pending = 0
  const below = (url: string): string => (url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url)
  const textOf = (url: string): string | undefined => {
    const { href, pathname } = new URL(url, ORIGIN)
    return href.startsWith(ORIGIN) ? texts.get(decodeURIComponent(pathname.slice(1))) : undefined
  }
  const makeNode = (): Node => {
    let src = ''
    const node: Node = {
      attributes: {},
      listeners: {},
      parentNode: undefined,
      get src() {
        return src
      },
      set src(value: string) {
        src = new URL(value, ORIGIN).href
      },
      tagName: 'SCRIPT',
      setAttribute(name: string, value: string) {
        node.attributes[name] = value
      },
      getAttribute: (name: string) => node.attributes[name] ?? null,
      addEventListener(type: string, listener: (event: object) => void) {
        ;(node.listeners[type] ??= []).push(listener)
      },
      removeEventListener() {},
      remove() {},
    }
    return node
  }
  const insert = (node: Node): Node => {
    node.parentNode = head
    scripts.push(node)
    loaded.push(below(node.src))
    pending++
    const arrive = (text: string | undefined): void => {
      pending--
      if (text !== undefined) run(text, node.src, node)
      const type = text === undefined ? 'error' : 'load'
      const handler = node[`on${type}`]
      const listeners = [...(node.listeners[type] ?? [])]
      if (typeof handler === 'function') listeners.unshift(handler as (event: object) => void)
      for (const listener of listeners) {
        guarded(() =>
          listener({
            type,
            currentTarget: node,
            srcElement: node,
            target: node,
          }),
        )
      }
    }
    if (remote === undefined) setTimeout(() => arrive(textOf(node.src)))
    else void remote(below(node.src), true).then(arrive)
    return node
  }
  const head = { appendChild: insert, insertBefore: insert, removeChild() {}, tagName: 'HEAD' }
  const document = {
    head,
    readyState: 'complete',
    currentScript: null as Node | null,
    baseURI: ORIGIN,
    createElement: makeNode,
    createElementNS: makeNode,
    addEventListener() {},
    getElementsByTagName: (name: string) =>
      name === 'script' ? scripts : name === 'head' ? [head] : [],
    querySelector: () => null,
    querySelectorAll: () => [],
  }
  // Modules that are the document itself are compared without it.
  Object.defineProperty(document, 'scripts', { value: scripts })
  class XMLHttpRequest {
    readyState = 0
    status = 0
    responseText = ''
    onreadystatechange: (() => void) | undefined
    #url = ''
    open(_method: string, url: string): void {
      this.#url = url
    }
    setRequestHeader(): void {}
    getResponseHeader(): null {
      return null
    }
    send(): void {
      pending++
      const url = below(new URL(this.#url, ORIGIN).href)
      const arrive = (text: string | undefined): void => {
        pending--
        loaded.push(url)
        this.readyState = 4
        this.status = text === undefined ? 404 : 200
        this.responseText = text ?? ''
        this.onreadystatechange?.()
      }
      if (remote === undefined) setTimeout(() => arrive(textOf(this.#url)))
      else void remote(url, false).then(arrive)
    }
  }
  const window: Record<string, unknown> = {
    document,
    navigator: { userAgent: 'test', platform: 'test' },
    location: new URL(ORIGIN),
    setTimeout: (fn: () => void, ms = 0) => {
      if (ms > 40) return setTimeout(fn, ms).unref()
      pending++
      return setTimeout(() => {
        pending--
        guarded(fn)
      }, ms)
    },
    clearTimeout,
    console,
    URL,
    XMLHttpRequest,
    addEventListener() {},
    alert() {},
    trace,
  }
  window['window'] = window['self'] = window
  const realm: Context = createContext(window)
  const guarded = (fn: () => void): void => {
    try {
      fn()
    } catch (error) {
      errors.push(error)
    }
  }
  const run = (text: string, url: string, node: Node): void => {
    document.currentScript = node
    guarded(() => void runInContext(text, realm, { filename: url }))
    document.currentScript = null
  }
  for (const tag of tags) {
    const node = makeNode()
    node.parentNode = head
    if (tag.src !== undefined) node.src = tag.src
    if (tag.main !== undefined) node.attributes['data-main'] = tag.main
    scripts.push(node)
    const text = tag.text ?? textOf(node.src) ?? (await remote?.(below(node.src), true))
    if (text === undefined) throw new Error(`no ${tag.src}`)
    run(text, tag.src ?? 'inline', node)
  }
  for (let idle = 0; idle < 4; idle = pending === 0 ? idle + 1 : 0) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { window, trace, loaded, errors }
}
