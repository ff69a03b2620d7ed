/** The small loader of production pages: when it is enough, and what it is told. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { normalizePath } from 'vite'
import type { Context } from '../context.ts'
import { readTemplates } from '../layers/entries.ts'
import { definesLoader } from '../module/amd-loader.ts'
import { analyze } from '../module/analyze.ts'
import type { CoreData, LoaderData } from '../loader.ts'
import type { Peers } from '../peers.ts'
import type { ModuleRecord, RequireConfig } from '../types.ts'
import type { Built } from './loader-data.ts'

/** Public name of the complete loader, where the core stands in the place of require.js. */
export const COMPLETE = '_kovu/require.js'

/** Keys of a configuration that mean nothing to modules of layers. */
const harmless: ReadonlySet<string> = new Set([
  'baseUrl',
  'paths',
  'waitSeconds',
  'deps',
  'callback',
  'skipDataMain',
] satisfies (keyof RequireConfig)[])

/** A use of the loader's functions beyond calls, `config` and `onError`. What follows `resolve` is Node's. */
const surface =
  /\brequire(?:js)?(?:\[|\s*\.(?!(?:config|onError|version|resolve|main|cache|extensions)\b)\w)|\bdata-require|\bimportScripts\b/

/** The same through the local `require` of a module, whose name a minifier may have changed. */
const local =
  /\.\s*(?:toUrl|undef|specified|isBrowser|onResourceLoad|createNode)\b|\bmodule\s*\.\s*uri\b/

/** Where {@link whyComplete} looks. */
export interface CoreQuestion {
  readonly context: Context
  readonly peers: Peers
  readonly built: readonly Built[]
  /** What the complete loader would be told. */
  readonly data: LoaderData
  /** Told of every text that the answer depends on. */
  readonly watch: (file: string) => void
}

/**
 * Why the pages of a build need the complete loader. What a page decides at run time does not count where it can wait: the
 * core fetches the complete loader then. What cannot wait (`require.toUrl()`, `requirejs.s` and their like) counts, wherever
 * a module, a template or another text of the site has it.
 *
 * @returns What needs it, for people; undefined when the core is enough.
 */
export async function whyComplete(question: CoreQuestion): Promise<string | undefined> {
  const { built, data } = question
  if (data.url === undefined) return 'nobody knows the URL of the static files'
  const files = built.flatMap(({ output }) => output.files)
  if (files.length === 0) return 'there are no layers'
  const mains = files.flatMap(({ main }) => main ?? [])
  if (new Set(mains).size < mains.length) return 'layers of several pages have the same module'
  for (const one of built) {
    const reason = whyModules(one)
    if (reason !== undefined) return reason
  }
  return whyTexts(question)
}

/** What the modules and their configuration need. */
function whyModules({ project, output }: Built): string | undefined {
  const { build, config, dynamic } = project
  const configs = [
    config,
    ...output.reached.flatMap(({ analysis }) => analysis.configs.map(({ config }) => config)),
  ]
  for (const one of configs) {
    const key = Object.keys(one).find((name) => !harmless.has(name))
    if (key !== undefined) return `the configuration has \`${key}\``
  }
  const computed = Object.keys(dynamic).find((path) => !harmless.has(path.replace(/\..*/, '')))
  if (computed !== undefined) return `the configuration has \`${computed}\``
  if (build?.bundlesConfigOutFile !== undefined) return 'the build file has `bundlesConfigOutFile`'
  if (output.loose.length > 0) return `'${output.loose[0]?.id}' is a file of its own`
  const asked = output.files.find(({ ids, main }) => main !== undefined && !ids.includes(main))
  if (asked !== undefined) return `${asked.publicName} does more than define modules`
  // Not every layer may be loaded for every module in it; as a rule it is there by then.
  const held = new Set(output.reached.map(({ id }) => id))
  for (const record of output.reached) {
    const needed = [...record.deps, ...record.nestedDeps]
    const resource = needed.find((id) => id.includes('!'))
    if (resource !== undefined) return `'${record.id}' needs '${resource}'`
    const other = needed.find((id) => !held.has(id) && !/^(?:require|exports|module)$/.test(id))
    if (other !== undefined) return `'${record.id}' needs '${other}', which is in no layer`
    if (uses(record)) return `'${record.id}' uses more of require.js`
  }
  return undefined
}

function uses({ code, kind }: ModuleRecord): boolean {
  return kind !== 'resource' && !definesLoader(code) && (surface.test(code) || local.test(code))
}

/** What the site's other texts need: scripts, templates, sources of the server. */
async function whyTexts({
  context,
  peers,
  built,
  watch,
}: CoreQuestion): Promise<string | undefined> {
  const reached = built.flatMap(({ output }) => output.reached)
  const known = new Set(reached.flatMap(({ file, publicName }) => [file, publicName]))
  const { root, build } = context.config
  const skip = [build.outDir, peers.statics?.root ?? 'node_modules'].map((path) =>
    normalizePath(resolve(root, path)),
  )
  const told = peers.statics?.inputs?.('mentions')
  const files = told
    ? [...told].filter((input) => !input.startsWith('glob:'))
    : (await readTemplates({ root, skip })).map(({ file }) => file)
  const scripts = [...peers.list()].flatMap((name) =>
    name.endsWith('.js') && !known.has(name) ? (peers.find(name)?.file ?? []) : [],
  )
  for (const file of new Set([...files, ...scripts])) {
    if (known.has(file)) continue
    watch(file)
    const text = read(file)
    if (surface.test(text) && !definesLoader(text) && !isModule(text, file)) {
      return `${file} uses more of require.js`
    }
  }
  return undefined
}

/** Is it a module that only its loader can name? As no layer has it, that is the complete loader. */
function isModule(text: string, file: string): boolean {
  if (!file.endsWith('.js')) return false
  try {
    const { kind, defines, requires } = analyze(text, { file })
    return kind === 'amd' && requires.length === 0 && defines.every(({ id }) => id === undefined)
  } catch {
    return false
  }
}

/** The file's text; nothing of a derived file, or one that is gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/**
 * What the core is told.
 *
 * @param data What the complete loader is told, for the core's own public name.
 * @param built Every project.
 * @param finalName The final name of a public name.
 * @returns The data.
 */
export function coreData(
  data: LoaderData,
  built: readonly Built[],
  finalName: (publicName: string) => string,
): CoreData {
  const files = built.flatMap(({ output }) => output.files)
  const url = (publicName: string): string => encodeURI(finalName(publicName))
  const layers = files.filter(({ ids }) => ids.length > 0)
  return {
    self: encodeURI(`/${data.name?.replace(/js$/, '')}`),
    staticRoot: data.staticRoot ?? './',
    url: data.url ?? './',
    layers: Object.fromEntries(layers.map(({ publicName, ids }) => [url(publicName), [...ids]])),
    main: Object.fromEntries(
      files.flatMap(({ publicName, main }) =>
        main === undefined
          ? []
          : [encodeURI(publicName), url(publicName)].map((name) => [name, main]),
      ),
    ),
    complete: url(COMPLETE),
  }
}
