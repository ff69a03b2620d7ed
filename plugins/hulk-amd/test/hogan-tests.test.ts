import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hogan, hoganTestsPath } from './support/hogan.ts'
import { hoganOfOurs, runHoganTests } from './support/hogan-api.ts'

// What version 3 added is written anew in `hogan-three.test.ts`.
const source = fs
  .readFileSync(hoganTestsPath, 'utf8')
  // Since version 3 a text is an object in its token.
  .replaceAll(/((?:tokens|tree|nodes)\[\d\](?:\.nodes\[\d\])*) ?\+ ?''/g, 'String($1.text)')

const judge = runHoganTests(source, hogan)

describe('tests of hogan.js', () => {
  test('are found', () => {
    expect(judge.size).toBe(82)
  })

  for (const how of ['generated', 'packed'] as const) {
    const ours = runHoganTests(source, hoganOfOurs(how))

    test.for([...judge])(`${how}: %s, with the result of version 3.0.2`, ([name, failures]) => {
      expect(ours.get(name)).toEqual(failures)
    })
  }

  test('fail where version 3 means to differ from version 2, and nowhere else', () => {
    const failing = [...judge].filter(([, failures]) => failures.length > 0)
    expect(failing.map(([name]) => name)).toEqual([
      'Negative Section',
      'Section Extensions In Higher Order Sections',
    ])
  })
})
