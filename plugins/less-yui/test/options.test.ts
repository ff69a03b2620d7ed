import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lessYui, type LessYuiOptions } from '../src/index.ts'
import { resolveOptions } from '../src/options.ts'
import { folderOf, VERSIONS } from './support/versions.ts'

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
  ['lessc main.less | tee -a --silent', { less: {} }],
  ['-x', { minify: 'lightningcss', less: {} }],
  ['--clean-css="--s1 --advanced" --clean-option=--s0', { minify: 'lightningcss', less: {} }],
  ['--yui-compress -x', { minify: 'yui-exact', less: {} }],
  ['--include-path=a:b', { less: { paths: ['a', 'b'] } }],
  ['--include-path=C:/a;b', { less: { paths: ['C:/a', 'b'] } }],
  ['-Ia -I../b/', { less: { paths: ['a', '../b/'] } }],
  [
    '-ru --rootpath=\\static\\ --url-args=v=2',
    { less: { rewriteUrls: 'all', rootpath: '/static/', urlArgs: 'v=2' } },
  ],
  ['-rp=/s/ --relative-urls', { less: { rootpath: '/s/', rewriteUrls: 'all' } }],
  ['-sm=on -su=n', { less: { strictMath: true, strictUnits: false } }],
  ['--strict-math=off --strict-units=Yes', { less: { strictMath: false, strictUnits: true } }],
  ['-m=strict-legacy --ru=local', { less: { math: 'strict', rewriteUrls: 'local' } }],
  ['--math=always', { less: { math: 'always' } }],
  ['--rewrite-urls=off --js', { less: { rewriteUrls: 'off', javascriptEnabled: true } }],
  ['--no-js --no-ie-compat', { less: { javascriptEnabled: false, ieCompat: false } }],
  ['--ie-compat --strict-imports', { less: { ieCompat: true, strictImports: true } }],
  ['--insecure --disable-plugin-rule', { less: { insecure: true, disablePluginRule: true } }],
  ['--line-numbers=comments', { less: { dumpLineNumbers: 'comments' } }],
  ['--quiet --quiet-deprecations', { less: { quiet: true, quietDeprecations: true } }],
  [
    "--global-var='color=red' --modify-var=@a=1px --modify-var=b=2px",
    { less: { globalVars: { color: 'red' }, modifyVars: { a: '1px', b: '2px' } } },
  ],
  ['--no-color --verbose --source-map=x.map -s', { less: { silent: true } }],
])('fromArgs(%j)', (line, options) => {
  const { minify, less } = lessYui.fromArgs(line)
  expect({ ...(minify !== undefined && { minify }), less }).toEqual(options)
  expect(lessYui(lessYui.fromArgs(line))).toHaveLength(8)
})

test.each<[string, RegExp]>([
  ['--plugin=less-plugin-x', /plugins: \[new Plugin\(\)\]/],
  ['--autoprefix="last 2 versions"', /PostCSS/],
  ['--include-path a', /needs its value behind an equals sign: `--include-path=…`/],
  ['--url-args=', /needs its value/],
  ['-M', /tracked here/],
  ['--lint', /vite build/],
  ['--version', /printed the version/],
  ['--max-line-len=80', /minify: false/],
  ['--strict-math=maybe', /expected on, off/],
  ['--math=new', /expected always/],
  ['--npm-import', /less-plugin-npm-import/],
])('fromArgs(%j) says what to do instead', (line, message) => {
  expect(() => lessYui.fromArgs(line)).toThrow(message)
  expect(() => lessYui.fromArgs(line)).toThrow(expect.objectContaining({ code: 'LESS_YUI_OPTION' }))
})

test.each(VERSIONS)('fromArgs knows every flag of the lessc of less %s', (version) => {
  const bin = readFileSync(path.join(folderOf(version), 'bin/lessc'), 'utf8')
  const flags = [...bin.matchAll(/case ['"]([\w-]+)['"]:/g)].flatMap(([, name = '']) =>
    /^-|^(?:b|inline|all|local|off|always|parens|strict|file)/.test(name) ? [] : [name],
  )
  expect(flags.length).toBeGreaterThan(18)
  const unknown = flags.filter((flag) => {
    try {
      lessYui.fromArgs(`--${flag}=1`)
      return false
    } catch (error) {
      return /no flag that lessc ever had/.test((error as Error).message)
    }
  })
  expect(unknown).toEqual([])
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
