import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostPattern, hostTable, parseAuthority } from '../src/names/hosts.ts'

describe('routing', () => {
  test('is total, knows no case, and agrees with a naive model', () => {
    const label = fc.constantFrom('a', 'b', 'www', 'x-1', '_dmarc', '*', '')
    const expression = fc.constantFrom('/a|b/', '/x-\\d+/', '/.*/', '/[aw]+\\.b/', '/www/', '/(/')
    const name = fc.array(label, { minLength: 0, maxLength: 4 }).map((labels) => labels.join('.'))
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(name, expression), { maxLength: 8 }),
        fc.oneof(name, fc.string()),
        (keys, asked) => {
          const patterns = [
            ...new Set(
              keys.map((key) => hostPattern('d.test', key)).filter((p) => p !== undefined),
            ),
          ]
          const table = hostTable(patterns.map((pattern) => [pattern, pattern]))
          const full = asked === '' ? 'd.test' : `${asked}.d.test`
          const naive = (): string | undefined => {
            const wanted = full.toLowerCase()
            if (patterns.includes(wanted) && !/^[*/]/.test(wanted)) return wanted
            const wild = patterns
              .filter((pattern) => pattern.startsWith('*.'))
              .toSorted((a, b) => b.length - a.length)
              .find((pattern) => {
                const rest = pattern.slice(1)
                const first = wanted.slice(0, -rest.length)
                return wanted.endsWith(rest) && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(first)
              })
            return (
              wild ??
              patterns.find((pattern) => {
                const [, source] = /^\/(.*)\/\.d\.test$/.exec(pattern) ?? []
                const name = /^(.*)\.d\.test$/s.exec(wanted)?.[1]
                return (
                  source !== undefined &&
                  name !== undefined &&
                  new RegExp(`^(?:${source})$`).test(name)
                )
              })
            )
          }
          expect(table.match(full)).toBe(naive())
          expect(table.match(full.toUpperCase())).toBe(naive())
          expect(table.match(`${full}.`)).toBe(naive())
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 500) },
    )
  })

  test('takes only host names with an optional port for a host', () => {
    expect(parseAuthority('WWW.Site.Localhost.:8443')).toEqual({
      hostname: 'www.site.localhost',
      port: 8443,
    })
    const bad = [
      'a@b',
      'a/b',
      'a b',
      'a\\b',
      'a,b',
      'a%2eb',
      '',
      ':1',
      'a:',
      'a:99999',
      'a..b',
      '.a',
      'a:1:2',
      'ä.de',
    ]
    expect(bad.filter((host) => parseAuthority(host) !== undefined)).toEqual([])
  })
})
