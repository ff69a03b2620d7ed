/**
 * lessc against ours on Bootstrap 3.4.1, in one run, each in processes of its own, as a Makefile would start them:
 * `npm run build && npx vitest bench --project unit bench/less-yui --run`.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, bench, describe } from 'vitest'
import { minify } from '../plugins/less-yui/src/minify/index.ts'

const require = createRequire(new URL('../plugins/less-yui/package.json', import.meta.url))
const lessDir = path.resolve(require.resolve('less'), '../..')
const bootstrap = path.dirname(require.resolve('bootstrap/package.json'))
const plugin = pathToFileURL(path.resolve(import.meta.dirname, '../plugins/less-yui/dist/index.js'))
const vite = pathToFileURL(require.resolve('vite'))

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'less-yui-bench-')))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
fs.mkdirSync(path.join(root, 'node_modules'))
fs.symlinkSync(lessDir, path.join(root, 'node_modules/less'))
fs.cpSync(path.join(bootstrap, 'less'), path.join(root, 'bootstrap'), { recursive: true })
const sheets = Array.from({ length: 10 }, (_, index) => `s${index}.less`)
for (const name of sheets) {
  fs.writeFileSync(
    path.join(root, name),
    `@import "bootstrap/bootstrap";\n.${name.slice(0, 2)} { color: red }\n`,
  )
}

const ONE_RUN = { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0 }

function node(...args: readonly string[]): void {
  execFileSync(process.execPath, args, { cwd: root, maxBuffer: 1e8, stdio: 'pipe' })
}

/** The bytes that `static` asks for, in a process of its own. */
function render(): void {
  const script = `
    const { resolveConfig } = await import(${JSON.stringify(vite.href)})
    const { lessYui } = await import(${JSON.stringify(plugin.href)})
    const config = await resolveConfig({ root: '.', configFile: false, plugins: [lessYui()] }, 'build')
    const { derives } = config.plugins.find(({ name }) => name === 'less-yui').api.kovu
    const files = ${JSON.stringify(sheets)}.map((name) => ${JSON.stringify(root)} + '/' + name)
    await Promise.all(files.map((file) => derives[0].render(file)))`
  node('--input-type=module', '-e', script)
}

const cache = path.join(root, 'node_modules/.vite')

describe('ten sheets on bootstrap', () => {
  bench(
    'ten lessc processes',
    () => {
      for (const name of sheets) node(path.join(lessDir, 'bin/lessc'), '--quiet', name)
    },
    ONE_RUN,
  )
  bench(
    'ours, nothing cached',
    () => {
      fs.rmSync(cache, { recursive: true, force: true })
      render()
    },
    ONE_RUN,
  )
  bench('ours, nothing changed', render, ONE_RUN)
})

describe('minify bootstrap', () => {
  const css = fs.readFileSync(path.join(bootstrap, 'dist/css/bootstrap.css'), 'utf8')
  for (const minifier of ['lightningcss', 'yui', 'yui-exact'] as const) {
    bench(minifier, async () => {
      await minify({ css, file: '/bootstrap.css', minifier, legacyHacks: 'keep', root: lessDir })
    })
  }
})
