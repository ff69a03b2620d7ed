/**
 * A page without a browser: a document that knows script elements, a clock that the test turns, and files by URL.
 * Loaders run in it as classic scripts; what they ask for and what modules do is written down.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { beforeAll } from 'vitest'
import { build } from 'vite'
import { fileURLToPath } from 'node:url'
import { coreSource, loaderSource, type LoaderData } from '../../src/loader.ts'

/** What stands at the URLs of a site: script text, or a function of the URL's query. */
type Site = Record<string, string | ((query: URLSearchParams) => string)>

/** A page to be run. */
export interface PageOptions {
  /** Text of the loader. */
  readonly loader: string
  readonly site: Site
  /** Scripts before the loader, in the page. */
  readonly before?: string
  /** Scripts after the loader, in the page. */
  readonly inline?: readonly string[]
  readonly dataMain?: string
  readonly loaderUrl?: string
  /** Milliseconds that the response for a URL takes. */
  readonly delay?: (url: string) => number
  /** Milliseconds after which the page is looked at. */
  readonly until?: number
}

/** What a page did. */
export interface Trace {
  /** URLs in the order they were asked for. */
  readonly urls: string[]
  /** What modules wrote by the global `log(...)`, and uncaught errors. */
  readonly log: string[]
  readonly page: vm.Context
}

const require = createRequire(import.meta.url)

/** The real require.js. */
export const real: string = readFileSync(require.resolve('requirejs/require.js'), 'utf8')

const origin = 'http://site.test'

class FakeElement {
  readonly attributes: Record<string, string> = {}
  readonly listeners: [string, (event: object) => void][] = []
  parentNode: FakeElement | null = null
  src = ''
  onload: ((event: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  readonly tag: string
  readonly page: { scripts: FakeElement[]; load: (node: FakeElement) => void }
  constructor(tag: string, page: FakeElement['page']) {
    this.tag = tag
    this.page = page
  }
  get parentElement(): FakeElement | null {
    return this.parentNode
  }
  getAttribute(name: string): string | null {
    return this.attributes[name] ?? null
  }
  setAttribute(name: string, value: string): void {
    this.attributes[name] = value
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.listeners.push([name, listener])
  }
  removeEventListener(name: string, listener: (event: object) => void): void {
    const at = this.listeners.findIndex(([n, l]) => n === name && l === listener)
    if (at >= 0) this.listeners.splice(at, 1)
  }
  insertBefore(node: FakeElement): void {
    this.appendChild(node)
  }
  appendChild(node: FakeElement): void {
    node.parentNode = this
    this.page.scripts.push(node)
    this.page.load(node)
  }
  removeChild(node: FakeElement): void {
    node.parentNode = null
    this.page.scripts.splice(this.page.scripts.indexOf(node), 1)
  }
}

/**
 * Runs a page.
 * @param options the loader, the site, the page's own scripts
 * @returns what happened until the given time
 */
export function runPage(options: PageOptions): Trace {
  const urls: string[] = []
  const log: string[] = []
  let now = 1_000_000
  let serial = 0
  const timers: { at: number; serial: number; fn: () => void }[] = []
  const later = (fn: () => void, wait = 0): number => {
    timers.push({ at: now + Math.max(wait, 1), serial: ++serial, fn })
    return serial
  }
  const page = { scripts: [] as FakeElement[], load }
  const head = new FakeElement('head', page)
  const document = {
    baseURI: `${origin}/page/`,
    currentScript: null as { src: string } | null,
    head,
    scripts: page.scripts,
    getElementsByTagName: (tag: string) =>
      tag === 'script' ? page.scripts : tag === 'head' ? [head] : [],
    createElement: (tag: string) => new FakeElement(tag, page),
  }
  class FakeDate extends Date {
    static override now(): number {
      return now
    }
    override getTime(): number {
      return now
    }
  }
  const window: Record<string, unknown> = {
    document,
    navigator: { platform: '' },
    location: { href: `${origin}/page/` },
    setTimeout: later,
    Date: FakeDate,
    URL,
    log: (...parts: unknown[]) => log.push(parts.map(show).join(' ')),
  }
  window['window'] = window
  const context = vm.createContext(window)

  function run(text: string, file: string): void {
    try {
      vm.runInContext(text, context, { filename: file })
    } catch (error) {
      log.push(`uncaught ${show(error)}`)
    }
  }
  function guarded(fn: () => void): void {
    try {
      fn()
    } catch (error) {
      log.push(`uncaught ${show(error)}`)
    }
  }
  function load(node: FakeElement): void {
    const url = new URL(node.src, document.baseURI)
    const asked = url.href.replace(origin, '')
    urls.push(asked)
    later(
      () => {
        const found = options.site[url.pathname]
        const text = typeof found === 'function' ? found(url.searchParams) : found
        if (text !== undefined) run(text, asked)
        const type = text === undefined ? 'error' : 'load'
        const handler = type === 'load' ? node.onload : node.onerror
        const listeners = node.listeners.filter(([name]) => name === type)
        for (const listener of [...(handler ? [handler] : []), ...listeners.map(([, l]) => l)]) {
          guarded(() => listener({ type, currentTarget: node, srcElement: node }))
        }
      },
      options.delay?.(asked) ?? 10,
    )
  }

  const script = new FakeElement('script', page)
  script.parentNode = head
  if (options.dataMain !== undefined) script.attributes['data-main'] = options.dataMain
  page.scripts.push(script)
  if (options.before !== undefined) run(options.before, 'before')
  document.currentScript = { src: origin + (options.loaderUrl ?? '/static/lib/require.js') }
  run(options.loader, 'loader')
  document.currentScript = null
  for (const text of options.inline ?? []) run(text, 'inline')
  const end = now + (options.until ?? 3000)
  for (;;) {
    timers.sort((a, b) => a.at - b.at || a.serial - b.serial)
    const next = timers[0]
    if (!next || next.at > end) break
    timers.shift()
    now = next.at
    guarded(next.fn)
  }
  return { urls, log, page: context }
}

/** A value as text that is the same in every realm. */
function show(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'function') return 'function'
  if (value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') {
    const error = value as Error & { requireType?: string; requireModules?: string[] }
    // Names of variables differ in a minified script.
    const message = error.message.split('\n')[0]?.replace(/^\w+\.load is not/, 'load is not')
    return `${message} [${error.requireType ?? ''}: ${error.requireModules?.join(' ') ?? ''}]`
  }
  return JSON.stringify(value) ?? 'undefined'
}

/** Bundles the loader before the tests of a file, if its sources are newer. Test files run at the same time. */
export function useLoader(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const made = `${root}dist/runtime/`
  const time = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = [
    'vite.config.ts',
    ...readdirSync(`${root}src/runtime`, { encoding: 'utf8', recursive: true }).map(
      (name) => `src/runtime/${name}`,
    ),
  ]
  beforeAll(async () => {
    const newest = Math.max(...sources.map((name) => time(root + name)))
    const scripts = ['loader.js', 'loader.min.js', 'core.min.js', 'rest.min.js']
    if (Math.min(...scripts.map((name) => time(made + name))) > newest) return
    const result = await build({
      root,
      configFile: `${root}vite.config.ts`,
      build: { write: false },
    })
    if (!('output' in result)) throw new Error('The loader is one bundle.')
    mkdirSync(made, { recursive: true })
    for (const file of result.output) {
      const temporary = `${made}${file.fileName}.${process.pid}`
      writeFileSync(temporary, file.type === 'chunk' ? file.code : file.source)
      renameSync(temporary, made + file.fileName)
    }
  })
}

/**
 * Our loader.
 * @param data what the node side tells it
 * @returns its text, minified unless it is for development
 */
export function ours(data: LoaderData = {}): string {
  return loaderSource({ minify: !data.dev, data })
}

/** Where the complete loader is on the pages of {@link underCore}. */
const COMPLETE = '/static/_kovu/require.js'

/**
 * Runs a page that begins with the core.
 * @param options the page, without the loader
 * @param layers public names of layers below `/static/`, with the ids that they define
 * @param main public names that a page may give as `data-main`, with their ids
 * @returns the trace without the page itself, and whether the complete loader was fetched
 */
export function underCore(
  options: Omit<PageOptions, 'loader'>,
  layers: Record<string, string[]> = {},
  main: Record<string, string> = {},
): Told & { readonly complete: boolean } {
  const loader = coreSource({
    self: '/lib/require.',
    staticRoot: '../',
    url: '/static/',
    layers,
    main,
    complete: '_kovu/require.js',
  })
  const rest = loaderSource({
    minify: true,
    afterCore: true,
    data: { staticRoot: '../', name: 'lib/require.js', bundles: layers, main },
  })
  const { urls, log } = told(
    runPage({ ...options, loader, site: { ...options.site, [COMPLETE]: rest } }),
  )
  return { urls: urls.filter((url) => url !== COMPLETE), log, complete: urls.includes(COMPLETE) }
}

/**
 * Runs a page under the real require.js and under ours.
 * @param options the page, without the loader
 * @returns both traces, without the page itself
 */
export function both(options: Omit<PageOptions, 'loader'>): [Told, Told] {
  return [
    told(runPage({ ...options, loader: real })),
    told(runPage({ ...options, loader: ours() })),
  ]
}

/** A trace that can be compared. */
export interface Told {
  readonly urls: string[]
  readonly log: string[]
}

/** What two traces are compared by. */
export function told(trace: Trace): Told {
  // Errors in cycles go round until the stack is full, in require.js too; how often is not told.
  const log = trace.log.filter((line, at) => line !== trace.log[at - 1])
  return { urls: trace.urls, log }
}
