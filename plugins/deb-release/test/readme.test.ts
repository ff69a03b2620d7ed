import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { BRANCH_VARIABLES, BUILD_VARIABLES } from '../src/detect.ts'
import { resolveOptions } from '../src/options.ts'

const home = new URL('..', import.meta.url)
const readme = readFileSync(new URL('README.md', home), 'utf8')
const source = (name: string): string => readFileSync(new URL(name, home), 'utf8')

/** Names of an interface's members. */
function members(name: string): string[] {
  const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source('src/options.ts'))
  return [...(body?.[1] ?? '').matchAll(/^ {2}(?:readonly )?(\w+)\?:/gm)].map(([, one = '']) => one)
}

/** First column of the table in a section. */
function rows(section: string): string[] {
  const text = readme.split(`### \`${section}\`\n`)[1]?.split('\n### ')[0] ?? ''
  return [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, one = '']) => one)
}

test('the README describes every option, and no other', () => {
  const described = [...readme.matchAll(/^### `(\w+)`$/gm)].map(([, one]) => one)
  expect(described).toEqual(members('DebReleaseOptions'))
  expect(rows('src')).toEqual(members('SourceOptions'))
  expect(rows('roles').toSorted()).toEqual(members('RoleOptions').toSorted())
})

test('the defaults and the variables are those of the README', () => {
  const { keep, repo, channels } = resolveOptions({})
  expect(readme).toContain(`### \`keep\`\n**Type** \`number\` · **Default** \`${keep}\``)
  expect(readme).toContain(`**Default** \`'${repo}'\``)
  for (const [branch, suite] of Object.entries(channels)) {
    expect(readme).toContain(`${branch}: '${suite}'`)
  }
  for (const name of [...BUILD_VARIABLES, ...BRANCH_VARIABLES])
    expect(readme).toContain(`\`${name}\``)
})

test('the README has a row for every error code, and for every code of the server’s command', () => {
  const codes = new Set(source('src/error.ts').match(/'DEB_RELEASE_[A-Z]+'/g))
  const table = [...readme.matchAll(/^\| `(DEB_RELEASE_[A-Z]+)` \|/gm)].map(
    ([, code]) => `'${code}'`,
  )
  expect(table.toSorted()).toEqual([...codes].toSorted())
  const told = new Set(
    `${source('server/kovu-release')}${source('server/site.sh')}`.match(/KOVU_RELEASE_[A-Z]+/g),
  )
  expect([...told].filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})
