/**
 * Bundles the browser side, `src/runtime`, to two classic scripts in ES5: `loader.js` for development, and
 * `loader.min.js` for pages of a build, without what only development needs.
 */
import { fileURLToPath } from 'node:url'
import { MagicString } from 'magic-string'
import { defineConfig, minifySync, parseSync, type ESTree, type Plugin } from 'vite'

/** Names that no application reads: the loader's own notes on contexts and modules. */
const internal = [
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

/**
 * Minifies a script and keeps it ES5, which Oxc's minifier does not (it writes template literals).
 * @param code the script
 * @returns the smaller script
 */
function minifyAsES5(code: string): string {
  let text = code
    .replaceAll('KOVU_DEVELOPMENT', 'false')
    .replace(
      new RegExp(String.raw`\b(?:${internal.join('|')})\b`, 'g'),
      (name) => `$${internal.indexOf(name).toString(36)}`,
    )
  text = minifySync('loader.js', text, { module: false, compress: { target: 'es2015' } }).code
  const out = new MagicString(text)
  const visit = (node: object): void => {
    if ('type' in node && node.type === 'TemplateLiteral') {
      const { start, end, quasis } = node as ESTree.TemplateLiteral
      out.update(start, end, JSON.stringify(quasis[0]?.value.cooked))
    }
    for (const child of Object.values(node)) if (child instanceof Object) visit(child)
  }
  visit(parseSync('loader.js', text).program)
  return out.toString()
}

/** Emits both scripts from the bundle of one. */
function loaders(): Plugin {
  return {
    name: 'loaders',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        const source = minifyAsES5(chunk.code)
        this.emitFile({ type: 'asset', fileName: 'loader.min.js', source })
        chunk.code = chunk.code.replaceAll('KOVU_DEVELOPMENT', 'true')
      }
    },
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  logLevel: 'warn',
  plugins: [loaders()],
  build: {
    outDir: 'dist/runtime',
    // The declarations that `tsc` writes stand there too.
    emptyOutDir: false,
    target: 'es2015',
    minify: false,
    modulePreload: false,
    rolldownOptions: {
      input: 'src/runtime/main.ts',
      output: { format: 'iife', entryFileNames: 'loader.js', strict: false },
    },
  },
})
