import { expect, test } from 'vitest'

import { resolveOptions } from '../src/options/resolve.ts'

const hostsOf = (hosts: Parameters<typeof resolveOptions>[0]['hosts']): string[] =>
  resolveOptions({ domain: 'drund.localhost', hosts }, '/site').hosts.map(
    (host) => `${host.pattern} ${host.kind === 'app' ? host.name : host.kind}`,
  )

test("takes '*' for the domain itself too, in the same process", () => {
  expect(hostsOf({ '*': { target: 8000, run: 'python manage.py runserver' } })).toEqual([
    '*.drund.localhost django',
    'drund.localhost django',
  ])
})

test('leaves the domain itself to who is named for it', () => {
  expect(hostsOf({ '@': 9000, '*': 8000 })).toHaveLength(2)
})

test('gives the domain itself to nobody when there is no wildcard', () => {
  expect(hostsOf({ www: 8000 })).toEqual(['www.drund.localhost www'])
})
