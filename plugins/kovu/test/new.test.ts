import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { parseSync } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { main } from '../src/cli/main.ts'

let root: string
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'kovu-new-')), 'My Site')
  await mkdir(join(root, 'mysite'), { recursive: true })
  await writeFile(
    join(root, 'manage.py'),
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
  )
  await writeFile(join(root, 'mysite/settings.py'), "STATIC_URL = 'static/'\n")
})
afterEach(() => rm(join(root, '..'), { recursive: true, force: true }))

async function kovu(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (part: string): void => void (text += part)
  const code = await main([...argv, '--root', root], { write, isTTY: false })
  return { code, text }
}

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')

describe('kovu new', () => {
  test('writes a config that explains itself, and says what to do next', async () => {
    const { code, text } = await kovu('new')
    expect(code).toBe(0)
    expect(text).toContain('wrote vite.config.mts')
    expect(text).toContain('echo Django > requirements.txt')
    expect(text).toContain('npm install --save-dev kovu vite less')
    expect(text).toContain('in mysite/settings.py:  STATIC_ROOT =')
    expect(text).toContain('ManifestStaticFilesStorage')
    const config = await read('vite.config.mts')
    expect(parseSync('vite.config.mts', config).errors).toEqual([])
    expect(config).toContain("domain: 'my-site.localhost'")
    expect(config).toContain("// requirejs: { build: 'build.js' },")
  })

  test('leaves out what is done already', async () => {
    await writeFile(
      join(root, 'mysite/settings.py'),
      "STATIC_ROOT = '/srv/static'\nSTORAGES = {'staticfiles': {'BACKEND': 'whitenoise.storage.CompressedManifestStaticFilesStorage'}}\n",
    )
    await writeFile(
      join(root, 'package.json'),
      '{ "devDependencies": { "kovu": "1", "vite": "8", "less": "4" } }',
    )
    await writeFile(join(root, '.gitignore'), 'node_modules/\n')
    await writeFile(join(root, 'requirements.txt'), 'Django\n')
    const { text } = await kovu('new')
    expect(text).not.toMatch(/npm install|requirements|STATIC_ROOT|Manifest|gitignore/)
    expect(text).toContain('npx kovu testserver')
  })

  test('uses the r.js build file and the m4 folder that it finds', async () => {
    await writeFile(join(root, 'app.build.js'), '({ baseUrl: "js", name: "main" })')
    await mkdir(join(root, 'm4'))
    await writeFile(join(root, 'm4/base.m4'), '')
    await writeFile(join(root, 'package.json'), '{ "type": "module" }')
    await kovu('new')
    const config = await read('vite.config.ts')
    expect(config).toContain("requirejs: { build: 'app.build.js' },")
    expect(config).toContain('m4/*.m4')
  })

  test.each([
    ['a version in package.json', 'package.json', '{ "dependencies": { "less": "~1.7.5" } }'],
    [
      'the Makefile of the talk',
      'Makefile',
      'css:\n\tlessc --yui-compress -O2 main.less > main.css\n',
    ],
  ])('divides as an old less did, where %s tells of one', async (_, file, text) => {
    await writeFile(join(root, file), text)
    await kovu('new')
    const config = await read('vite.config.mts')
    expect(parseSync('vite.config.mts', config).errors).toEqual([])
    expect(config).toContain("less: { lessVersion: '1.x' },")
  })

  test('writes nothing of an old less where there is none', async () => {
    await writeFile(join(root, 'package.json'), '{ "devDependencies": { "less": "^4.2.0" } }')
    await writeFile(join(root, 'Makefile'), 'css:\n\tlessc main.less main.css\n')
    await kovu('new')
    expect(await read('vite.config.mts')).not.toContain('lessVersion')
  })

  test('never writes over a config', async () => {
    await writeFile(join(root, 'vite.config.mjs'), 'mine')
    const { code, text } = await kovu('new')
    expect(code).toBe(1)
    expect(text).toContain('There is a vite.config.mjs already, and it stays as it is.')
    expect(existsSync(join(root, 'vite.config.ts'))).toBe(false)
  })

  test('names the folder of manage.py when it is another one (KOVU_NO_DJANGO), and takes no words', async () => {
    const inner = root
    root = join(root, '..')
    const { code, text } = await kovu('new')
    expect(code).toBe(1)
    expect(text).toContain('There is no manage.py in')
    expect(text).toMatch(/There is one in .*My Site/)
    expect((await kovu('new', 'site')).text).toContain('kovu new --root site')
    root = inner
  })
})

describe('kovu new --ci', () => {
  test('writes a Jenkinsfile and a workflow at the top of the repository', async () => {
    await mkdir(join(root, '../.git'))
    const { text } = await kovu('new', '--ci')
    expect(text).toBe('wrote Jenkinsfile\nwrote .github/workflows/kovu.yml\n')
    const [jenkins, github] = await Promise.all([
      read('../Jenkinsfile'),
      read('../.github/workflows/kovu.yml'),
    ])
    expect(jenkins).toContain("dir('My Site') { sh 'npm ci && npx kovu init && npx kovu ci' }")
    expect(jenkins.match(/stage\(/g)).toHaveLength(1)
    expect(github).toContain("working-directory: 'My Site'")
    expect(github).toContain('- run: npx kovu ci')
  })

  test('leaves files that are there as they are (unlike KOVU_EXISTS, the others are written)', async () => {
    await writeFile(join(root, 'Jenkinsfile'), 'mine')
    const { code, text } = await kovu('new', '--ci')
    expect(code).toBe(0)
    expect(text).toContain('Jenkinsfile is there already: left as it is')
    expect(await read('Jenkinsfile')).toBe('mine')
    expect(existsSync(join(root, '.github/workflows/kovu.yml'))).toBe(true)
  })
})
