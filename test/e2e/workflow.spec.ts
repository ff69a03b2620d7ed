import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { run } from '../support/process.ts'
import { kovu } from '../support/production.ts'
import { repository } from '../support/site.ts'

/** A small site with everything from its tests to its servers, whose command writes down what it would do. */
const config = `import { kovu } from 'kovu'
export default {
  plugins: [
    kovu({
      deb: { roles: { web: { run: 'node server.js' } } },
      deploy: { hosts: ['www1', 'www2'], command: 'echo {host} r{build} of {branch} >> .deployed' },
      notify: 'echo {status} {failed} >> .told',
    }),
  ],
}
`
const manifest = (scripts: object): string =>
  JSON.stringify({ name: 'tiny', private: true, scripts })

describe('from a commit to its servers', () => {
  let root: string
  const write = async (name: string, text: string): Promise<void> =>
    writeFile(join(root, name), text)
  const read = async (name: string): Promise<string> => readFile(join(root, name), 'utf8')
  const pool = async (): Promise<string[]> =>
    (await readdir(join(root, 'dist/apt/pool/main/t/tiny'))).toSorted()
  const as = async (build: number, ...words: string[]): Promise<string> =>
    run([kovu, ...words], { cwd: root, env: { BRANCH_NAME: 'master', BUILD_NUMBER: `${build}` } })

  beforeAll(async () => {
    await mkdir(join(repository, '.tmp'), { recursive: true })
    root = await mkdtemp(join(repository, '.tmp', 'workflow-'))
    await write('vite.config.mjs', config)
    await write('package.json', manifest({ test: 'node test.js' }))
    await write('test.js', "if (require('node:fs').existsSync('broken')) process.exit(1)\n")
    await write('server.js', '')
  })
  afterAll(async () => rm(root, { recursive: true, force: true }))

  test('kovu ci builds twice and publishes, and deploy goes from host to host', async () => {
    expect(await as(1, 'ci')).toContain('built twice: 4 files, all equal')
    const published = await pool()
    expect(published).toEqual([
      expect.stringMatching(/^kovu-release_/),
      'tiny-src-master-r1_1_all.deb',
      'tiny-src-master_1_all.deb',
      'tiny-web-master_1_all.deb',
    ])
    await as(1, 'deploy')
    expect(await read('.deployed')).toBe('www1 r1 of master\nwww2 r1 of master\n')
    expect(await read('.told')).toBe('passed \npassed \n')
    expect(await pool()).toEqual(published)
  })

  test('red tests stop everything behind them, whoever asks for it', async () => {
    const published = await pool()
    await write('broken', '')
    for (const goal of ['ci', 'publish', 'deploy']) {
      await expect(as(2, goal)).rejects.toThrow('The command of test ended with code 1')
    }
    expect(await pool()).toEqual(published)
    expect(await read('.deployed')).not.toContain('r2')
    expect(await read('.told')).toContain('failed test\n'.repeat(3))
    await rm(join(root, 'broken'))
    await as(2, 'publish')
    expect(await pool()).toContain('tiny-src-master-r2_2_all.deb')
  })

  test('what has no test is neither published nor deployed', async () => {
    const published = await pool()
    await write('package.json', manifest({}))
    for (const goal of ['publish', 'deploy']) {
      await expect(as(3, goal)).rejects.toThrow(
        `\`${goal}\` does not run without a target \`test\``,
      )
    }
    expect(await pool()).toEqual(published)
  })
})
