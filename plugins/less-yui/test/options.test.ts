import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lessYui, type LessYuiOptions } from '../src/index.ts'
import { resolveOptions } from '../src/options.ts'

test('refuses unknown options and values', () => {
  expect(() => lessYui({ minfy: 'yui' } as LessYuiOptions)).toThrow(/unknown option `minfy`/)
  expect(() => lessYui({ minify: 'csso' as 'yui' })).toThrow(/`minify` is "csso", expected/)
  expect(() => lessYui({ legacyHacks: 'drop' as 'keep' })).toThrow(/`legacyHacks`/)
  expect(() => lessYui({ lessVersion: '2' as '1.x' })).toThrow(/`lessVersion`/)
  expect(() => lessYui({ less: { filename: 'x' } })).toThrow(
    /`less\.filename` is set by the plugin/,
  )
})

test("lessVersion '1.x' is a preset that single options override", () => {
  expect(resolveOptions({ lessVersion: '1.x', less: { math: 'parens' } }).less).toEqual({
    math: 'parens',
    javascriptEnabled: true,
    rewriteUrls: 'off',
    strictUnits: false,
  })
})

test.each<[string, LessYuiOptions]>([
  ['lessc --yui-compress -O2 main.less > main.css', { minify: 'yui-exact', less: {} }],
  ['-x', { minify: 'lightningcss', less: {} }],
  ['--clean-css="--s1 --advanced"', { minify: 'lightningcss', less: {} }],
  ['--include-path=a:b', { less: { paths: ['a', 'b'] } }],
  ['--include-path=C:/a;b', { less: { paths: ['C:/a', 'b'] } }],
  [
    '-ru --rootpath=/static/ --url-args=v=2',
    { less: { rewriteUrls: 'all', rootpath: '/static/', urlArgs: 'v=2' } },
  ],
  ['--strict-math=on -su', { less: { strictMath: true, strictUnits: true } }],
  ['--rewrite-urls=off --js', { less: { rewriteUrls: 'off', javascriptEnabled: true } }],
  [
    "--global-var='color=red' --modify-var=@a=1px --modify-var=b=2px",
    { less: { globalVars: { color: 'red' }, modifyVars: { a: '1px', b: '2px' } } },
  ],
  ['--no-color --verbose --source-map=x.map -s', { less: { silent: true } }],
])('fromArgs(%j)', (line, options) => {
  const { minify, less } = lessYui.fromArgs(line)
  expect({ ...(minify !== undefined && { minify }), less }).toEqual(options)
  expect(lessYui(lessYui.fromArgs(line))).toHaveLength(6)
})

test('fromArgs names what no longer exists', () => {
  expect(() => lessYui.fromArgs('--plugin=less-plugin-x')).toThrow(/plugins: \[new Plugin\(\)\]/)
  expect(() => lessYui.fromArgs('--include-path a')).toThrow(/needs its value behind an equals/)
  expect(() => lessYui.fromArgs('--no-such')).toThrow(/`--no-such` is no flag/)
})

test('the README documents every option and every error code', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const source = (name: string): string =>
    readFileSync(new URL(`../src/${name}.ts`, import.meta.url), 'utf8')
  const options = [...source('options').matchAll(/^ {2}(\w+)\?: /gm)].map(([, name]) => name)
  expect(options.length).toBeGreaterThan(7)
  for (const name of options) expect(readme).toContain(`### \`${name}\``)
  const codes = source('error').match(/'LESS_YUI_\w+'/g) ?? []
  expect(codes.length).toBeGreaterThan(7)
  for (const code of codes) expect(readme).toContain(`\`${code.slice(1, -1)}\``)
})
