import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { repository } from './support/site.ts'

const exec = promisify(execFile)
const plugins = join(repository, 'plugins')

let folder: string
let names: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kovu-packed-'))
  names = await readdir(plugins)
  await exec(
    'npm',
    ['pack', '--pack-destination', folder, ...names.map((name) => join(plugins, name))],
    {
      cwd: repository,
    },
  )
  const tarballs = (await readdir(folder)).filter((file) => file.endsWith('.tgz'))
  if (tarballs.length !== names.length) throw new Error(`npm packed only ${tarballs.join(', ')}`)
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "user", "private": true, "type": "module" }',
  )
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  await exec(
    'npm',
    ['install', ...options, 'vite@^8', 'less@^4', ...tarballs.map((file) => `./${file}`)],
    {
      cwd: folder,
    },
  )
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('every packed plugin can be imported and called with no options', async () => {
  const factories = names.filter((name) => name !== 'protocol')
  const lines = factories.map((name) => {
    const from = name === 'kovu' ? 'kovu' : `@kovu/${name}`
    const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return `
      const { default: factory, ${camel}: named } = await import('${from}')
      if (factory !== named) throw new Error('${name}: default and named export differ')
      if (typeof factory !== 'function') throw new Error('${name}: no factory')
    `
  })
  await writeFile(join(folder, 'import.mjs'), lines.map((line) => `{${line}}`).join('\n'))
  const { stderr } = await exec('node', ['import.mjs'], { cwd: folder })
  expect(stderr).toBe('')
})

test('the packed command runs from an installed package', async () => {
  const { stdout } = await exec('npx', ['--no-install', 'kovu', '--version'], { cwd: folder })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('a packed plugin builds a plain Vite project', async () => {
  await writeFile(join(folder, 'main.less'), '@c: #f00; a { b { color: @c } }')
  await writeFile(
    join(folder, 'vite.config.js'),
    `import { lessYui } from '@kovu/less-yui'
    export default { plugins: [lessYui()], build: { rollupOptions: { input: 'main.less' } } }`,
  )
  await exec('npx', ['--no-install', 'vite', 'build'], { cwd: folder })
  const files = await readdir(join(folder, 'dist'), { recursive: true })
  expect(files.filter((file) => file.endsWith('.css'))).toHaveLength(1)
})
