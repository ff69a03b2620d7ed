import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { M4SettingsError } from '../src/error.ts'
import { m4 } from '../src/index.ts'
import { gnu, gnuM4, includes } from './support/gnu.ts'
import { source } from './support/grammar.ts'

const limits = { calls: 20_000, characters: 2_000_000 }
const RUNS = Number(process.env['M4_SETTINGS_RUNS'] ?? 400)

/** Words apart by white space. */
function words(text: string): string[] {
  return text.split(/\s+/)
}

/** The output, or the code of a located error. Anything else is a crash. */
function expand(text: string | Uint8Array): { out: string } | { code: string } {
  try {
    return { out: m4(text, { cwd: includes, limits }) }
  } catch (error) {
    if (!(error instanceof M4SettingsError) || error.place === undefined) throw error
    return { code: error.code }
  }
}

test.skipIf(gnuM4 === undefined)('expands whatever the grammar says as GNU m4 does', () => {
  fc.assert(
    fc.property(source, (text) => {
      const ours = expand(text)
      if ('code' in ours && ours.code === 'M4_SETTINGS_LIMIT') return
      const { failed, out } = gnu(Buffer.from(text))
      expect('out' in ours ? ours.out : undefined).toBe(failed ? undefined : out.toString())
    }),
    { numRuns: RUNS },
  )
})

test('makes output or a located error of arbitrary bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expand(bytes)
    }),
    { numRuns: 1000 },
  )
})

test('makes output or a located error of arbitrary calls, in bounded time', () => {
  const parts = fc.constantFrom(
    ...words(
      `define defn pushdef popdef undefine indir builtin ifelse ifdef shift eval patsubst regexp format translit substr
      len index incr m4wrap divert undivert changequote changecom dnl include m4exit`,
    ),
    ...words("( ( ( ) ) , , ` ' `x' x x $1 $@ $* $# $0 9 99999999 %99999d \\(x*\\)*\\1 #"),
    ' ',
    '\n',
    '\0',
    'ÿ',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 60 }), (list) => {
      expand(list.join(''))
    }),
    { numRuns: 2000 },
  )
})
