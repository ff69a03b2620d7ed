/**
 * Any site: `KOVU_AMD_TREE` names its folder, `KOVU_AMD_BUILD` its r.js build file (`build.js`), `KOVU_AMD_LOADER` its require.js, both below
 * the folder. It runs unbuilt, after r.js, in development and after our build; values, order and ids are compared. The site is copied.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useLoader } from '../runtime/fake-page.ts'
import { compare } from './four.ts'

const tree = process.env['KOVU_AMD_TREE']
const file = process.env['KOVU_AMD_BUILD'] ?? 'build.js'
const loader = process.env['KOVU_AMD_LOADER'] ?? 'require.js'

useLoader()

describe.skipIf(tree === undefined)('the site in KOVU_AMD_TREE', () => {
  test('does the same under r.js and under this plugin', { timeout: 600_000 }, async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-site-')))
    try {
      const [root, work] = [join(folder, 'root'), join(folder, 'work')]
      for (const copy of [root, work])
        cpSync(tree ?? '', copy, {
          recursive: true,
          filter: (path) => !/\/(?:\.git|node_modules)$/.test(path),
        })
      const input = join(root, file)
      const one = { args: [basename(file)], cwd: dirname(file), input }
      const result = await compare({ root, work, loader }, one)
      console.log(`${result?.modules ?? 0} modules`)
      expect(result).toBeDefined()
      expect(result?.built).toBeUndefined()
      expect(result?.development).toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
