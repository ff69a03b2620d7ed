/** ES chunks of a build as AMD modules, which load as classic scripts and stand in layers. */
import { dirname, join, resolve } from 'node:path/posix'
import remapping from '@jridgewell/remapping'
import { MagicString } from 'magic-string'
import { build, normalizePath, type Rolldown } from 'vite'
import { AmdError } from '../error.ts'
import { MARK, readGenerated } from './names.ts'
import { quote } from '../module/registry.ts'
import type { SourceMapLike } from '../types.ts'

/** A chunk in AMD form, before it has an id. */
export interface ClassicChunk {
  readonly code: string
  readonly map: SourceMapLike | undefined
  readonly exports: readonly string[]
}

/** What {@link toClassic} is told. */
export interface ClassicOptions {
  /** Vite's root, and the folder that the chunks will be in (absolute). */
  readonly root: string
  readonly outDir: string
  readonly sourcemap: boolean
  /** The AMD id of a chunk, by its file name. */
  readonly idOf: (fileName: string) => string
  /** A path for `requirejs.toUrl()` that leads into the folder of a chunk. */
  readonly pathOf: (fileName: string) => string
}

/** In minified text too: `await x("kovu-amd:id")`. */
const waiting = new RegExp(String.raw`\bawait\s+[\w$.]+\(\s*(["'\x60])${MARK}(.+?)\1\s*\)`, 'g')
const dynamic = /Promise\.resolve\(\)\.then\(\(\) => (?:\/\*[^*]*\*\/ ?)?require\("([^"]+)"\)\)/g
const needed = /\brequire\("([^"]+)"\)/g
const amdNeeded = /\b__kovu_require__\("([^"]+)"\)/g

/**
 * Writes ES chunks as AMD modules. Rolldown writes them as CommonJS; each then gets a `define` call.
 *
 * @param chunks The chunks, with everything that they import, by file name.
 * @returns The AMD form by file name.
 * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED` for what no classic script can do.
 */
export async function toClassic(
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  options: ClassicOptions,
): Promise<ReadonlyMap<string, ClassicChunk>> {
  const { root, outDir, sourcemap } = options
  // Not hidden by `\0`: such modules have no maps.
  const prefix = `${root}/requirejs-amd-chunks/`
  const made = await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'requirejs-amd:classic',
        resolveId: {
          order: 'pre',
          handler(id, importer) {
            const from = importer?.startsWith(prefix) ? importer.slice(prefix.length) : undefined
            const name = id.startsWith('.')
              ? join(dirname(from ?? ''), id)
              : normalizePath(id).replace(`${root}/`, '')
            return chunks.has(name) ? { id: prefix + name } : null
          },
        },
        load(id) {
          const chunk = id.startsWith(prefix) ? chunks.get(id.slice(prefix.length)) : undefined
          if (!chunk) return null
          const code = chunk.code
            .replace(
              waiting,
              (_, _quote, amd: string) => `__kovu_require__(${JSON.stringify(amd)})`,
            )
            .replaceAll(/\bimport\.meta\.url\b/g, '__kovu_meta_url__')
            // Vite's list of what to preload: the AMD loader knows what a chunk needs.
            .replaceAll(/\b__VITE_PRELOAD__\b/g, '[]')
          const map = chunk.map && absolute(chunk.map, outDir, chunk.fileName)
          return {
            code,
            map: map ? JSON.stringify(map) : null,
            moduleSideEffects: !isHelper(chunk),
          }
        },
      },
    ],
    build: {
      outDir,
      write: false,
      minify: false,
      sourcemap,
      target: 'esnext',
      lib: {
        entry: Object.fromEntries(
          [...chunks.values()].flatMap((chunk) =>
            isHelper(chunk) ? [] : [[chunk.fileName, chunk.fileName]],
          ),
        ),
        formats: ['cjs'],
      },
      rolldownOptions: {
        preserveEntrySignatures: 'strict',
        // No paths of this machine in comments.
        experimental: { attachDebugInfo: 'none' },
        output: { entryFileNames: '[name]', exports: 'named', esModule: true },
      },
    },
  }).catch((cause: Error) => {
    const files = [...chunks.values()].flatMap(({ facadeModuleId }) => facadeModuleId ?? [])
    const message = `ES modules that AMD modules reach cannot become classic scripts (${files.join(', ')}): ${cause.message} Set \`format: 'esm'\` to load them as ES modules.`
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, undefined, { cause })
  })
  const outputs = (Array.isArray(made) ? made : [made]) as Rolldown.RolldownOutput[]
  const classic = new Map<string, ClassicChunk>()
  for (const chunk of outputs.flatMap(({ output }) => output)) {
    if (chunk.type === 'chunk') classic.set(chunk.fileName, wrap(chunk, options))
  }
  return classic
}

/** Is there nothing in it but what waits for the registry? Nobody waits any more. */
function isHelper({ moduleIds }: Rolldown.OutputChunk): boolean {
  return moduleIds.length === 1 && readGenerated(moduleIds[0] ?? '')?.kind === 'registry'
}

function wrap(chunk: Rolldown.OutputChunk, options: ClassicOptions): ClassicChunk {
  const { fileName, code } = chunk
  const { idOf, pathOf, outDir, sourcemap } = options
  const text = new MagicString(code)
  const deps = new Set<string>()
  const idAt = (path: string): string => {
    const name = join(dirname(fileName), path)
    return idOf(name.endsWith('.js') ? name : `${name}.js`)
  }
  const lazy: { start: number; end: number }[] = []
  for (const match of code.matchAll(dynamic)) {
    const end = match.index + match[0].length
    lazy.push({ start: match.index, end })
    const id = quote(idAt(match[1] ?? ''))
    text.update(match.index, end, `new Promise(function (ok, no) { require([${id}], ok, no); })`)
  }
  for (const match of code.matchAll(needed)) {
    if (lazy.some(({ start, end }) => match.index >= start && match.index < end)) continue
    const path = match[1] ?? ''
    const id = path.startsWith('.') ? idAt(path) : path
    deps.add(id)
    text.update(match.index, match.index + match[0].length, `require(${quote(id)})`)
  }
  for (const match of code.matchAll(amdNeeded)) {
    const id = match[1] ?? ''
    deps.add(id)
    text.update(match.index, match.index + match[0].length, `require(${quote(id)})`)
  }
  for (const match of code.matchAll(/\b__kovu_meta_url__\b/g)) {
    const url = `new URL(requirejs.toUrl(${quote(pathOf(fileName))}), document.baseURI).href`
    text.update(match.index, match.index + match[0].length, url)
  }
  const list = ['require', 'exports', 'module', ...deps].map(quote).join(', ')
  text.prepend(`define([${list}], function (require, exports, module) {\n`).append('\n});\n')
  if (!sourcemap || !chunk.map)
    return { code: text.toString(), map: undefined, exports: chunk.exports }
  const inner = absolute(chunk.map, outDir, fileName)
  const map = remapping(
    text.generateMap({ source: fileName, hires: 'boundary' }) as never,
    (_, { depth }) => (depth === 1 ? (inner as never) : null),
  ) as unknown as SourceMapLike
  return { code: text.toString(), map, exports: chunk.exports }
}

/** A map whose sources are absolute paths; those of generated modules stay names. */
function absolute(
  map: { sources: (string | null)[] },
  outDir: string,
  fileName: string,
): SourceMapLike {
  const folder = dirname(`${outDir}/${fileName}`)
  const sources = map.sources.map((source) =>
    source === null || /^[\0/]|^\w+:/.test(source) ? source : resolve(folder, source),
  )
  return { ...(map as unknown as SourceMapLike), sources }
}
