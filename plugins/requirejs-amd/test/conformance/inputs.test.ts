/**
 * The inputs of r.js's own tests. `KOVU_AMD_CHECKOUT` names a folder with checkouts of r.js, requirejs, text, i18n and domReady (of the
 * organisation requirejs) as `requirejs/r.js`, `requirejs/requirejs`, `requirejs/text` and so on; the tests need that layout.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RjsBuild } from '../../src/config/rjs.ts'
import { evaluateFile } from '../../src/config/sandbox.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { compare, type Compared } from './four.ts'
import { against, type Outcome } from './ledger.ts'

const checkout = process.env['KOVU_AMD_CHECKOUT']
const LOADER = 'requirejs/requirejs/require.js'
const TESTS = 'requirejs/r.js/build/tests'

/** The arguments of every build that r.js's tests make. */
function calls(): readonly (readonly string[])[] {
  const code = readFileSync(join(checkout ?? '', TESTS, 'builds.js'), 'utf8')
  return [...code.matchAll(/\bbuild\(\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) => {
    const args = [...list.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)
    // One is put together from variables.
    return list.includes('startPath') || args.length === 0 ? [] : [args]
  })
}

/** What the arguments mean, as an object for our options; paths are absolute. */
async function optionsOf(args: readonly string[], tests: string): Promise<string | RjsBuild> {
  const file = args[0]?.includes('=') ? undefined : args[0]
  const rest = file === undefined ? args : args.slice(1)
  if (file !== undefined && rest.length === 0) return join(tests, file)
  const folder = file === undefined ? tests : dirname(join(tests, file))
  const given: Record<string, unknown> =
    file === undefined ? {} : { ...(await evaluateFile(join(tests, file))) }
  for (const key of ['appDir', 'baseUrl', 'dir', 'mainConfigFile']) {
    if (typeof given[key] === 'string') given[key] = resolve(folder, given[key])
  }
  for (const arg of rest) {
    const at = arg.indexOf('=')
    const key = arg.slice(0, at)
    const text = arg.slice(at + 1)
    const value = text === 'true' ? true : text === 'false' ? false : text
    const [top = '', ...below] = key.split('.')
    const listed =
      /^(?:include|exclude|excludeShallow|insertRequire|deps|stubModules)$/.test(top) ||
      (key.endsWith('File') && top === 'wrap')
    const meant = listed
      ? text.split(',').map((one) => (top === 'wrap' ? resolve(tests, one) : one))
      : /^(?:out|dir|baseUrl|appDir|mainConfigFile|cssIn)$/.test(key) && text !== 'stdout'
        ? resolve(tests, text)
        : value
    if (below.length === 0) given[top] = meant
    else given[top] = { ...(given[top] as object | undefined), [below.join('.')]: meant }
  }
  return given
}

useLoader()

let work: string
beforeAll(() => {
  if (checkout === undefined) return
  work = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-inputs-')))
  cpSync(checkout, work, { recursive: true, filter: (path) => !path.endsWith('/.git') })
})
afterAll(() => {
  if (checkout !== undefined) rmSync(work, { recursive: true, force: true })
})

async function outcome(args: readonly string[]): Promise<Compared | undefined> {
  const root = realpathSync(checkout ?? '')
  const input = await optionsOf(args, join(root, TESTS))
  return compare({ root, work, loader: LOADER }, { args, cwd: TESTS, input })
}

describe.skipIf(checkout === undefined)('the inputs of r.js’s tests (KOVU_AMD_CHECKOUT)', () => {
  test(
    'do in our build, and in development, what they do after r.js and before',
    { timeout: 1_200_000 },
    async () => {
      const built: Outcome[] = []
      const live: Outcome[] = []
      let idle = 0
      const seen = new Set<string>()
      for (const args of calls()) {
        const id = args.join(' ')
        if (seen.has(id)) continue
        seen.add(id)
        if (process.env['KOVU_AMD_ONLY'] && !id.includes(process.env['KOVU_AMD_ONLY'])) continue
        const made = await outcome(args).catch((error: unknown): Compared => ({
          built: `it fails: ${String(error).slice(0, 400)}`,
          development: undefined,
          modules: 0,
        }))
        if (made === undefined) {
          idle++
          continue
        }
        built.push({ id, differs: made.built })
        live.push({ id, differs: made.development })
      }
      const same = (outcomes: readonly Outcome[]): number =>
        outcomes.filter(({ differs }) => differs === undefined).length
      console.log(
        `r.js inputs: ${built.length} of ${seen.size} define modules (${idle} are text, CSS or errors); the same in our build: ${same(built)}, in development: ${same(live)}`,
      )
      expect([...against('inputs', built), ...against('development', live)]).toEqual([])
    },
  )
})
