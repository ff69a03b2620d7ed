/**
 * Bundles the browser side, `src/runtime`, to classic scripts in ES5: `loader.js` for development; for pages of a build
 * `loader.min.js`, the complete loader without what only development needs, `core.min.js`, and `rest.min.js`, which is the
 * complete loader again, able to go on where the core stops.
 */
import { fileURLToPath } from 'node:url'
import { MagicString } from 'magic-string'
import { build, defineConfig, minifySync, parseSync, type Plugin, type UserConfig } from 'vite'

/**
 * Properties that no application reads: the loader's own notes on contexts and modules. Each gets a short name, the same
 * one in every script, for the complete loader reads what the core has noted.
 */
const internal = [
  // The core's, which gets the better ones.
  'acts',
  'asked',
  'begun',
  'body',
  'configs',
  'count',
  'done',
  'from',
  'guarded',
  'held',
  'ids',
  'known',
  'listeners',
  'pending',
  'queue',
  'root',
  'started',
  'taken',
  'throwError',
  'values',
  'wait',
  // The complete loader's.
  'bundlesMap',
  'checking',
  'defQueueMap',
  'defineEmitComplete',
  'defineEmitted',
  'defining',
  'depCount',
  'depExports',
  'depMatched',
  'enabledRegistry',
  'enabling',
  'pluginMaps',
  'errback',
  'exportsFn',
  'fetched',
  'ignore',
  'makeShimExports',
  'requires',
  'skipMap',
  'startTime',
  'timer',
  'undefEvents',
  'undefed',
  'usingExports',
]

/** Short names; `s` is taken, by `requirejs.s`. */
const short = 'abcdefghijklmnopqrtuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The part of a syntax tree that {@link minifyAsES5} looks at. */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly computed?: boolean
  readonly shorthand?: boolean
  readonly property?: Node
  readonly key?: Node
  readonly name?: string
  readonly quasis?: readonly { readonly value: { readonly cooked: string | null } }[]
}

/**
 * Minifies a script and keeps it ES5, which Oxc's minifier does not (it writes template literals).
 * @param code the script
 * @returns the smaller script
 */
function minifyAsES5(code: string): string {
  const text = minifySync('loader.js', code, {
    module: false,
    compress: { target: 'es2015' },
  }).code
  const out = new MagicString(text)
  const rename = (node: Node | undefined, before = ''): void => {
    const at = internal.indexOf(node?.name ?? '')
    if (node && at >= 0) out.update(node.start, node.end, `${short[at]}${before}`)
  }
  const visit = (node: Node): void => {
    if (node.type === 'MemberExpression' && !node.computed) rename(node.property)
    if (node.type === 'Property' && !node.computed) {
      rename(node.key, node.shorthand ? `:${node.key?.name}` : '')
      if (node.shorthand) return
    }
    if (node.type === 'TemplateLiteral') {
      out.update(node.start, node.end, JSON.stringify(node.quasis?.[0]?.value.cooked))
    }
    for (const child of Object.values(node)) if (child instanceof Object) visit(child as Node)
  }
  visit(parseSync('loader.js', text).program)
  return out.toString()
}

/** The bundle of an entry as one script. */
function bundleOf(entry: string, name: string): UserConfig {
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'warn',
    build: {
      outDir: 'dist/runtime',
      // The declarations that `tsc` writes stand there too.
      emptyOutDir: false,
      target: 'es2015',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: `src/runtime/${entry}`,
        output: { format: 'iife', entryFileNames: name, strict: false },
      },
    },
  }
}

/** Emits all scripts from the bundle of the complete loader. */
function loaders(): Plugin {
  return {
    name: 'loaders',
    async generateBundle(_options, bundle) {
      const emit = (fileName: string, source: string): void => {
        this.emitFile({ type: 'asset', fileName, source })
      }
      const config = bundleOf('core/main.ts', 'core.js')
      const core = await build({
        ...config,
        configFile: false,
        build: { ...config.build, write: false },
      })
      if (!('output' in core)) throw new Error('The core is one bundle.')
      emit('core.min.js', minifyAsES5(core.output[0].code))
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        const { code } = chunk
        const made = (development: boolean, takesOver: boolean): string =>
          code
            .replaceAll('KOVU_DEVELOPMENT', String(development))
            .replaceAll('KOVU_TAKES_OVER', String(takesOver))
        emit('loader.min.js', minifyAsES5(made(false, false)))
        emit('rest.min.js', minifyAsES5(made(false, true)))
        chunk.code = made(true, false)
      }
    },
  }
}

export default defineConfig({ ...bundleOf('main.ts', 'loader.js'), plugins: [loaders()] })
