// @ts-check
/**
 * Joins the modules of each plugin (or of those that are named) to few files, `dist/bundle`: Node takes about a millisecond for each
 * file that it imports, and the suite has hundreds of them, which every run would wait for. What `tsc` has written stays beside it:
 * types, what runs in browsers and in threads.
 *
 *     node scripts/bundle.mjs [--watch] [plugin …]
 */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'vite'

const plugins = join(import.meta.dirname, '../plugins')
const words = process.argv.slice(2)
const watch = words.includes('--watch')
const named = words.filter((word) => word !== '--watch')

/**
 * A module goes on to know itself by the file that `tsc` has written: it looks from there for its worker or its package.json.
 *
 * @param {string} bundle The folder of the bundle.
 * @returns {import('vite').Plugin}
 */
const ownAddress = (bundle) => ({
  name: 'own-address',
  transform: {
    filter: { code: 'import.meta.url' },
    handler(code, id) {
      const address = JSON.stringify(relative(bundle, id).replaceAll('\\', '/'))
      let own = code
      // From the last one, so that the places before it stay right; and on one line, so that the source map does.
      for (const { start, end } of addresses(this.parse(code)).toReversed())
        own = `${own.slice(0, start)}new URL(${address}, import.meta.url).href${own.slice(end)}`
      return { code: own, map: null }
    },
  },
})

/**
 * Where a module asks for its own address; not where it writes such a question into other code.
 *
 * @param {unknown} node A syntax tree.
 * @returns {{ start: number, end: number }[]} In the order of the text.
 */
function addresses(node) {
  if (!(node instanceof Object)) return []
  const { type, object, property, start, end } = /** @type {Record<string, any>} */ (node)
  if (type === 'MemberExpression' && object.type === 'MetaProperty' && property.name === 'url')
    return [{ start, end }]
  return Object.values(node).flatMap(addresses)
}

for (const name of named.length > 0 ? named : readdirSync(plugins)) {
  // Nothing but types.
  if (name === 'protocol') continue
  const root = join(plugins, name)
  const outDir = join(root, 'dist/bundle')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [ownAddress(outDir)],
    build: {
      ssr: true,
      target: 'node20',
      minify: false,
      sourcemap: true,
      outDir,
      watch: watch ? {} : null,
      rolldownOptions: {
        input: {
          index: join(root, 'dist/index.js'),
          ...(name === 'kovu' && { main: join(root, 'dist/cli/main.js') }),
        },
        // Every package, and Node itself.
        external: /^[^./]/,
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          sourcemapExcludeSources: true,
          comments: false,
        },
      },
    },
  })
}
