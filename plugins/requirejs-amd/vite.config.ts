/** Bundles the browser side: `src/runtime` to one classic script, readable for development and minified for pages. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const output = (name: string, minify: boolean) => ({
  format: 'iife' as const,
  entryFileNames: name,
  minify,
  // Pages of old browsers run it: the sources keep to ES5, and nothing may be made more modern.
  strict: false as const,
})

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  logLevel: 'warn',
  build: {
    outDir: 'dist/runtime',
    emptyOutDir: false,
    target: 'es2015',
    minify: false,
    modulePreload: false,
    rolldownOptions: {
      input: 'src/runtime/main.ts',
      output: [output('loader.js', false), output('loader.min.js', true)],
    },
  },
})
