import { execFileSync } from 'node:child_process'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { compareVersions } from '../src/versions.ts'

const part = fc.stringMatching(/^[0-9][0-9a-z.+~]{0,6}$/)
const version = fc.oneof(
  part,
  fc.tuple(part, fc.stringMatching(/^[0-9a-z.+~]{1,3}$/)).map((parts) => parts.join('-')),
  fc.tuple(fc.nat(2), part).map((parts) => parts.join(':')),
  fc.nat(2000).map((build) => `1.${build}`),
)

/** What dpkg says of many pairs, in one shell: starting it once for each would take longer than the comparing. */
function dpkgOrder(pairs: readonly (readonly [string, string])[]): number[] {
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" gt "$b"; then echo 1
    else echo 0; fi
  done`
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('')
  return execFileSync('sh', ['-c', script], { input, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)
}

test('orders versions as dpkg does', () => {
  const pairs = fc.sample(fc.tuple(version, version), 150)
  const ours = pairs.map(([a, b]) => Math.sign(compareVersions(a, b)))
  expect(ours).toEqual(dpkgOrder(pairs))
})

test.each([
  ['9', '10', -1],
  ['100', '100', 0],
  ['1.0~rc1', '1.0', -1],
  ['2026.11.3', '2026.9.30', 1],
  ['20261126101010123456789', '20261126101010123456788', 1],
  ['1:1', '2', 1],
])('%s against %s', (left, right, expected) => {
  expect(Math.sign(compareVersions(left, right))).toBe(expected)
  expect(Math.sign(compareVersions(right, left))).toBe(0 - expected)
})
