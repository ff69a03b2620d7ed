import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { main } from '../src/cli/main.ts'

describe('the folder of a project', () => {
  test('looks for the config, and lets the config look around, in the folder of --root by its own name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kovu Straße '))
    const said = `
const target = { help: 'says where', run: ({ root, log }) => log.info('in ' + root + ' and ' + process.cwd()) }
export default { logLevel: 'silent', plugins: [{ name: 'fixture', api: { kovu: { targets: { where: target } } } }] }
`
    await writeFile(join(folder, 'other.config.mjs'), said)
    const link = `${folder} link`
    await symlink(folder, link)
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    const before = process.cwd()
    expect(await main(['where', '--root', link, '-c', 'other.config.mjs'], out)).toBe(0)
    const real = await realpath(folder)
    expect(text).toContain(`in ${real} and ${real}`)
    expect(process.cwd()).toBe(before)
    await rm(link)
    await rm(folder, { recursive: true })
  })

  test('says what to write when there is no Vite config', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'kovu-empty-'))
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['--root', empty], out)).toBe(1)
    expect(text).toContain('There is no Vite config in')
    expect(text).toContain('`kovu new` writes one with `plugins: [kovu()]`')
    await rm(empty, { recursive: true })
  })

  test('says what to install when the config imports what is not there (KOVU_NOT_INSTALLED)', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'kovu-fresh-'))
    const config =
      "import { defineConfig } from 'vite'\nimport { kovu } from 'kovu'\nexport default defineConfig({})"
    await writeFile(join(fresh, 'vite.config.ts'), config)
    let text = ''
    const out = { write: (part: string) => void (text += part), isTTY: false }
    expect(await main(['--root', fresh], out)).toBe(1)
    expect(text).toContain(
      'imports vite and kovu, which are not installed here. Run: npm install --save-dev vite kovu',
    )
    expect(existsSync(join(fresh, 'node_modules'))).toBe(false)
    await rm(fresh, { recursive: true })
  })
})
