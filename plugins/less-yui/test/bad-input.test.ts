import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { build } from 'vite'
import { expect, test, vi } from 'vitest'
import { lessYui, type LessYuiOptions } from '../src/index.ts'
import { link, type Project, project, serve } from './support/project.ts'
import { folderOf, VERSIONS } from './support/versions.ts'

/** A sheet with four imports, the last of which is about to go wrong. */
const GOOD = {
  'css/main.less': '@import "one.less";\n.main { color: @c }\n',
  'css/one.less': '@import "two.less";\n',
  'css/two.less': '@import "three.less";\n',
  'css/three.less': '@import "four.less";\n',
  'css/four.less': '@c: red;\n',
}

interface Bad {
  readonly code: string
  /** What `css/four.less` becomes. */
  readonly content: string | Buffer
  readonly line?: number
  readonly message?: RegExp
  /** Only since this version. */
  readonly since?: number
  readonly options?: LessYuiOptions
}

const BAD: Readonly<Record<string, Bad>> = {
  'a syntax error': {
    code: 'LESS_YUI_SYNTAX',
    content: '@c: red;\n.a {\n  color: ;;\n  ] }',
    line: 4,
  },
  'an unclosed block': { code: 'LESS_YUI_SYNTAX', content: '@c: red;\n.a { color: red;\n' },
  'an undefined variable': {
    code: 'LESS_YUI_SYNTAX',
    content: '@c: red;\n.a { color: @nope }',
    line: 2,
    message: /@nope is undefined/,
  },
  'a missing import': {
    code: 'LESS_YUI_IMPORT',
    content: '@c: red;\n@import "nowhere.less";',
    line: 2,
    message: /wasn't found/,
  },
  'a folder in the place of a file': { code: 'LESS_YUI_IMPORT', content: '@import "folder.less";' },
  'text that is not UTF-8': {
    code: 'LESS_YUI_ENCODING',
    content: Buffer.from('@c: red;\n.a { content: "caf\u00e9" }', 'latin1'),
    line: 2,
    message: /iconv/,
  },
  'an import from outside': {
    code: 'LESS_YUI_OUTSIDE',
    content: '@c: red;\n@import "../link/x.less";',
    message: /`roots`/,
  },
  'an import from outside that is broken itself': {
    code: 'LESS_YUI_OUTSIDE',
    content: '@c: red;\n@import "../link/broken.less";',
    line: 2,
  },
  'data-uri() from outside': {
    code: 'LESS_YUI_OUTSIDE',
    content: '@c: red;\n.a { background: data-uri("../link/x.less") }',
    message: /`roots`/,
  },
  'inline JavaScript': {
    code: 'LESS_YUI_SYNTAX',
    content: '@c: red;\n.a { width: `1 + 1` }',
    message: /javascript/i,
    options: { less: { javascriptEnabled: false } },
    since: 1.7,
  },
  'bytes that are no text at all': {
    code: 'LESS_YUI_ENCODING',
    content: Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0a, 0x80]),
  },
  'an endless cycle': {
    code: 'LESS_YUI_CYCLE',
    content: '@c: red;\n@import (multiple) "four.less";',
    message: /without end/,
    since: 2,
  },
}
const CASES = VERSIONS.flatMap((version) =>
  Object.entries(BAD)
    .filter(([, { since = 1 }]) => Number.parseFloat(version) >= since)
    .map(([what, bad]) => ({ version, what, bad })),
)

function site(): Project {
  const outside = project({
    'x.less': '.secret { color: red }',
    'broken.less': '.secret { color: ] ',
  })
  const made = project({ ...GOOD, 'css/folder.less/x': '' })
  symlinkSync(outside.root, made.file('link'))
  return made
}

test.each(CASES)(
  'less $version: $what is an error with its place; development keeps the last good sheet, a build writes nothing',
  async ({ version, bad: { code, content, line, message = /./, options } }) => {
    const made = site()
    const plugins = [lessYui({ implementation: folderOf(version), ...options })]
    const { server, sent } = await serve(made, { plugins, server: { watch: null } })
    const good = await link(server, '/css/main.css')
    expect(good).toContain('color: #ff0000'.slice(0, 6))
    made.write('css/four.less', content)
    server.watcher.emit('change', made.file('css/four.less'))
    const error = await vi.waitFor(
      () => {
        const found = sent.find(({ type }) => type === 'error')
        if (!found?.err) throw new Error('no error yet')
        return found.err
      },
      { timeout: 20_000 },
    )
    expect(error).toMatchObject({
      pluginCode: code,
      message: expect.stringMatching(message) as string,
      loc: { file: expect.stringMatching(/\.less$/) as string, line: line ?? error.loc?.line },
    })
    expect(error.message).not.toContain('secret')
    expect(error.frame ?? '').not.toContain('secret')
    expect(await link(server, '/css/main.css')).toBe(good)

    const outDir = made.file('dist')
    const failed = build({
      root: made.root,
      configFile: false,
      logLevel: 'silent',
      plugins: [lessYui({ implementation: folderOf(version), ...options })],
      build: { rolldownOptions: { input: 'css/main.less' } },
    })
    await expect(failed).rejects.toMatchObject({
      errors: [
        expect.objectContaining({
          pluginCode: code,
          loc: expect.objectContaining({ line: expect.any(Number) as number }) as object,
        }),
      ],
    })
    expect(existsSync(outDir) ? readdirSync(outDir) : []).toEqual([])

    made.write('css/four.less', '@c: blue;\n')
    server.watcher.emit('change', made.file('css/four.less'))
    await vi.waitFor(() => expect(sent.flatMap(({ updates = [] }) => updates)).toHaveLength(1), {
      timeout: 20_000,
    })
    expect(await link(server, '/css/main.css')).toMatch(/color: (?:blue|#0000ff)/)
  },
  60_000,
)

test('is printed once, with its place and without a stack of ours', async () => {
  const made = project({ ...GOOD, 'main.js': "import './css/main.css'" })
  made.write('css/four.less', '.a { color: @nope }')
  const rollupOptions = { input: made.file('main.js') }
  const error = await build({
    root: made.root,
    configFile: false,
    logLevel: 'silent',
    plugins: [lessYui()],
    build: { rollupOptions },
  }).then(
    () => undefined,
    (reason: Error) => reason,
  )
  expect(error?.message.match(/@nope is undefined/g)).toHaveLength(1)
  expect(error?.message).toContain('four.less:1:13')
  expect(error?.message).not.toMatch(/Caused by|\n +at .*less-yui/)
})

test('what lies outside may be read when its folder is named', async () => {
  const outside = project({ 'x.less': '.x { color: red }' })
  const made = project({ 'main.less': `@import "${path.join(outside.root, 'x.less')}";` })
  const { server } = await serve(made, { plugins: [lessYui({ roots: [outside.root] })] })
  expect(await link(server, '/main.css')).toContain('.x')
})
