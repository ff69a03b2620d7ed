import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Project, makeProject } from './support/project.ts'

const config = `
import fs from 'node:fs'
import path from 'node:path'
const root = import.meta.dirname
export default {
  logLevel: 'silent',
  plugins: [
    {
      name: 'fixture',
      api: { kovu: { targets: { js: { help: 'js', async run({ build, log }) { await build(); log.info('made js') } } } } },
    },
    {
      name: 'banner',
      transform(code, id) {
        if (!id.endsWith('main.js')) return
        this.addWatchFile(path.join(root, 'banner.txt'))
        return { code: '/*! ' + fs.readFileSync(path.join(root, 'banner.txt'), 'utf8') + ' */' + code, map: null }
      },
    },
  ],
}
`

let project: Project
beforeAll(async () => {
  project = await makeProject({
    'vite.config.mjs': config,
    'index.html': '<script type="module" src="/main.js"></script>',
    'main.js':
      "import { one } from './one.js'\nimport './typed/a.ts'\nimport data from './data.txt?raw'\nconsole.log(one, data, import.meta.glob('./parts/*.js', { eager: true }))",
    'one.js': 'export const one = 1',
    'data.txt': 'data',
    'banner.txt': 'banner',
    'typed/a.ts': 'export class A { x; y = 1 }\nnew A()',
    'typed/tsconfig.json': '{ "extends": ["../base"] } // as here',
    'base.json': '{ "extends": "./deeper.json" }',
    'deeper.json': '{ "compilerOptions": { "useDefineForClassFields": true } }',
    'parts/a.js': 'export const a = 1',
    'public/robots.txt': 'all',
  })
  await project.kovu('js')
})
afterAll(() => project.remove())

/** Why `js` runs now, or undefined when it does not. */
async function why(): Promise<string | undefined> {
  const { text } = await project.kovu('js', '--why')
  return /^js runs: (.*)$/m.exec(text)?.[1]
}

describe('a target that asks for the build', () => {
  test('does not run again when nothing has changed', async () => {
    expect(await why()).toBeUndefined()
  })

  test.each([
    ['a module', 'one.js', 'export const one = 2', 'one.js has changed'],
    ['what a module imports as it is', 'data.txt', 'other', 'data.txt has changed'],
    [
      'the page',
      'index.html',
      '<script type="module" src="./main.js"></script>',
      'index.html has changed',
    ],
    ['a file that a plugin watches', 'banner.txt', 'other', 'banner.txt has changed'],
    [
      'a new file that import.meta.glob finds',
      'parts/b.js',
      'export const b = 1',
      'parts/b.js is new',
    ],
    ['what a package says of a module', 'typed/package.json', '{}', 'typed/package.json is new'],
    ['what a tsconfig extends', 'base.json', '{ "extends": "./deeper" }', 'base.json has changed'],
    ['what that extends', 'deeper.json', '{ "compilerOptions": {} }', 'deeper.json has changed'],
    ['a public file', 'public/robots.txt', 'none', 'public/robots.txt has changed'],
    ['a new public file', 'public/new.txt', 'new', 'public/new.txt is new'],
  ])('runs again for %s', async (_, path, text, reason) => {
    await project.write(path, text)
    expect(await why()).toBe(reason)
    expect(await why()).toBeUndefined()
  })

  test('runs again when its bundle or what it copied is gone', async () => {
    for (const output of ['dist/index.html', 'dist/robots.txt']) {
      await rm(join(project.root, output))
      expect(await why()).toBe(`its output ${output} is gone`)
      expect(existsSync(join(project.root, output))).toBe(true)
    }
  })

  test('is made right by an edit of the file that was wrong', async () => {
    await project.write('one.js', 'export const one = ')
    expect((await project.kovu('js')).code).toBe(1)
    await project.write('one.js', 'export const one = 3')
    expect((await project.kovu('js')).code).toBe(0)
    expect(await why()).toBeUndefined()
  })
})
