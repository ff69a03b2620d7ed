import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

const plugins = join(import.meta.dirname, '../plugins')
const names = readdirSync(plugins)

const read = (...path: string[]): string => readFileSync(join(plugins, ...path), 'utf8')

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

describe.each(names)('%s', (name) => {
  const files = sources(join(plugins, name, 'src'))

  test('has everything that a package here has', () => {
    const skeleton = [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'tsconfig.json',
      'src/index.ts',
    ]
    expect(skeleton.filter((file) => !existsSync(join(plugins, name, file)))).toEqual([])
  })

  test('has a README with the sections that every README has, in order', () => {
    const sections = ['Why', 'Install', 'Usage', 'Limits', 'License']
    const found = [...read(name, 'README.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title)
    expect(found.filter((title) => title !== undefined && sections.includes(title))).toEqual(
      sections,
    )
  })

  test('explains every option in its README', () => {
    const file = join(plugins, name, 'src/options.ts')
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const readme = read(name, 'README.md')
    // The public options interface is the one named after the package: LessYuiOptions, KovuOptions.
    const pascal = name.replaceAll(/(^|-)([a-z])/g, (_, _dash, letter: string) =>
      letter.toUpperCase(),
    )
    const body =
      new RegExp(`interface ${pascal}Options[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? ''
    const options = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, option]) => option)
    expect(options.length > 0 || name === 'protocol').toBe(true)
    expect(options.filter((option) => !readme.includes(`\`${option}\``))).toEqual([])
  })

  test('has a row for every error code in its README, and a test that names it', () => {
    const prefix = name.toUpperCase().replaceAll('-', '_')
    const codes = new Set(
      files.flatMap(
        (file) => readFileSync(file, 'utf8').match(new RegExp(`'${prefix}_[A-Z0-9_]+'`, 'g')) ?? [],
      ),
    )
    const readme = read(name, 'README.md')
    const folder = join(plugins, name, 'test')
    const tests = existsSync(folder)
      ? sources(folder)
          .map((file) => readFileSync(file, 'utf8'))
          .join('\n')
      : ''
    const bare = [...codes].map((code) => code.slice(1, -1))
    expect(bare.filter((code) => !readme.includes(code))).toEqual([])
    expect(bare.filter((code) => !tests.includes(code))).toEqual([])
  })

  test('keeps its files small enough to read in one sitting', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 330)
    expect(long).toEqual([])
  })

  test('imports no other plugin of the suite, unless it is the roof', () => {
    const others = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '(@kovu\/[\w-]+|kovu)'/g)].map(
        ([, from]) => from,
      ),
    )
    const allowed =
      name === 'kovu' ? ['kovu', ...names.map((other) => `@kovu/${other}`)] : ['@kovu/protocol']
    expect(others.filter((other) => other !== undefined && !allowed.includes(other))).toEqual([])
  })
})
