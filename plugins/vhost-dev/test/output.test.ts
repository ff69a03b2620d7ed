import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineSplitter, plain, printable } from '../src/processes/output.ts'

describe('what processes write', () => {
  test('is cut into the same lines whatever the chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '🎈', ' '), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (pieces, size) => {
          const bytes = Buffer.from(pieces.join(''))
          const lines: string[] = []
          const splitter = new LineSplitter((line) => lines.push(line))
          for (let at = 0; at < bytes.length; at += size)
            splitter.push(bytes.subarray(at, at + size))
          splitter.end()
          const expected = bytes.toString().split(/\r?\n/)
          if (expected.at(-1) === '') expected.pop()
          expect(lines).toEqual(expected)
        },
      ),
    )
  })

  test('keeps its colours on a terminal, and no other escape anywhere', () => {
    const line =
      'a\u001b[31mred\u001b[0m\u001b[2J\u001b]0;title\u0007\u001b]52;c;x\u001b\\\u001bc\b\u0007b\u001b'
    expect(printable(line, true)).toBe('a\u001b[31mred\u001b[0mb\u001b[0m')
    expect(printable(line, false)).toBe('aredb')
    expect(plain(line)).toBe('aredb')
  })
})
