import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Statics } from '@kovu/protocol'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { hulkPath } from './support/hogan.ts'
import { apiOf, derivationFor, runTemplates, site, write } from './support/site.ts'

const TEMPLATES = {
  'media/t/hello.template.mustache': 'Hello {{name}}!\n{{#list}}\n  <li>{{.}}</li>\n{{/list}}\n',
  'media/t/page.mustache': '\uFEFF\n{{<base}}{{$body}}{{> row }}"\\\r\n{{/body}}{{/base}}\n\n',
  'media/t/blank.mustache': ' \n ',
  'media/u/other.template.hogan': '{{=<% %>=}}<%#a%>x<%/a%>',
}

/** What hulk writes for one template. */
function hulk(root: string, name: string, ...options: string[]): string {
  const out = path.join(root, 'hulk-out')
  const argv = [hulkPath, '--wrapper', 'amd', '--outputdir', out, ...options, path.join(root, name)]
  execFileSync(process.execPath, argv)
  const [file = ''] = fs.readdirSync(out)
  const text = fs.readFileSync(path.join(out, file), 'utf8')
  fs.rmSync(out, { recursive: true })
  return text
}

/** Statics of a project whose finders look in `media`. */
function fakeStatics(root: string): Statics {
  const dir = path.join(root, 'media')
  const list = () =>
    fs
      .readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): [string, string] => {
        const file = path.join(entry.parentPath, entry.name)
        return [path.relative(dir, file), file]
      })
  return {
    url: '/static/',
    root: undefined,
    roots: [{ dir, prefix: '' }],
    find: (name) => new Map(list()).get(name),
    findDerived: () => undefined,
    nameOf: (file) => path.relative(dir, file),
    list,
    mentions: () => true,
  }
}

describe('a derived file', () => {
  test.for(Object.keys(TEMPLATES))('of %s has the bytes that hulk writes', async (name) => {
    const root = site(TEMPLATES)
    const source = path.join(root, name)
    const { code, watch } = await derivationFor(await apiOf(root), source).render(source)
    expect(code).toBe(hulk(root, name))
    expect(watch).toEqual([source])
  })

  test('has the global of the variable option, as with hulk --variable', async () => {
    const root = site(TEMPLATES)
    const name = 'media/t/hello.template.mustache'
    const source = path.join(root, name)
    const api = await apiOf(root, { variable: 'T' })
    const { code } = await derivationFor(api, source).render(source)
    expect(code).toBe(hulk(root, name, '--variable', 'T'))
  })

  test('asks for Hogan by the hoganId option', async () => {
    const root = site(TEMPLATES)
    const source = path.join(root, 'media/t/hello.template.mustache')
    const api = await apiOf(root, { hoganId: 'hogan' })
    const { code } = await derivationFor(api, source).render(source)
    expect(code).toContain('define([ "hogan" ], function(Hogan){')
  })

  test('is named by its suffix, and gives way to a module of the same name unless it is marked', async () => {
    const api = await apiOf(site({}))
    expect(api.derives?.map(({ from, to, preferSource }) => ({ from, to, preferSource }))).toEqual([
      { from: '.template.mustache', to: '.template.js', preferSource: true },
      { from: '.template.hogan', to: '.template.js', preferSource: true },
      { from: '.mustache', to: '.js', preferSource: false },
      { from: '.hogan', to: '.js', preferSource: false },
    ])
  })

  test('is a CommonJS module by the format option', async () => {
    const root = site(TEMPLATES)
    const source = path.join(root, 'media/t/hello.template.mustache')
    const api = await apiOf(root, { format: 'cjs' })
    const { code } = await derivationFor(api, source).render(source)
    const module = { exports: {} as { render(context: unknown): string } }
    const { createRequire } = await import('node:module')
    // oxlint-disable-next-line no-implied-eval -- the generated code is what is tested
    new Function('module', 'require', code)(module, createRequire(import.meta.url))
    expect(module.exports.render({ name: 'you' })).toBe('Hello you!\n')
  })

  test('has a source map that leads back to the tags', async () => {
    const root = site(TEMPLATES)
    const source = path.join(root, 'media/t/hello.template.mustache')
    const { code, map } = await derivationFor(await apiOf(root), source).render(source)
    const { TraceMap, originalPositionFor } = await import('@jridgewell/trace-mapping')
    const trace = new TraceMap(map ?? '')
    const lines = code.split('\n')
    const at = (needle: string) => {
      const line = lines.findIndex((text) => text.includes(needle))
      const column = lines[line]?.indexOf(needle) ?? -1
      return originalPositionFor(trace, { line: line + 1, column })
    }
    expect(at('t.b(t.v(t.f("name"')).toMatchObject({ line: 1, column: 6 })
    expect(at('if(t.s(t.f("list"')).toMatchObject({ line: 2, column: 0 })
    expect(at('t.b("</li>")')).toMatchObject({ line: 3, column: 11 })
    expect(trace.sources).toEqual(['hello.template.mustache'])
  })

  test('warns once of a mistyped partial and of unsafe places; partials of other names are given to render()', async () => {
    const root = site({
      'post.mustache': 'a post',
      'list.mustache': '{{#all}}\n{{>pots}}{{>row}}{{/all}}<a href={{u}}>',
    })
    const source = path.join(root, 'list.mustache')
    const warned: string[] = []
    const api = await apiOf(root, {}, undefined, (text) => warned.push(text))
    const derivation = derivationFor(api, source)
    await derivation.render(source)
    await derivation.render(source)
    expect(warned).toHaveLength(1)
    expect(warned[0]).toContain('HULK_AMD_MISSING_PARTIAL')
    expect(warned[0]).toContain('Did you mean {{>post}}? (list.mustache:2:1)')
    expect(warned[0]).toContain('2 | {{>pots}}{{>row}}')
    expect(warned[0]).toContain('HULK_AMD_UNQUOTED')
    expect(warned[0]).not.toContain('{{>row}}:')
    write(root, 'list.mustache', '{{>post}}{{>row}}')
    await derivation.render(source)
    write(root, 'list.mustache', '{{>pots}}')
    await derivation.render(source)
    expect(warned.slice(1)).toEqual([expect.stringContaining('(list.mustache:1:1)')])
  })

  test('cannot be made of a wrong template: the error has file, line, column and frame', async () => {
    const root = site({ 'bad.mustache': '\n\nfine\n  {{#a}}\n{{/b}}\n' })
    const source = path.join(root, 'bad.mustache')
    const rendering = derivationFor(await apiOf(root), source).render(source)
    await expect(rendering).rejects.toMatchObject({
      message: expect.stringContaining(`${source}:5:1`) as string,
      id: source,
      loc: { file: source, line: 5, column: 0 },
      frame: '3 | fine\n4 |   {{#a}}\n5 | {{/b}}\n  | ^\n6 | ',
      pluginCode: 'HULK_AMD_SECTION_MISMATCH',
    })
  })
})

describe('the hulk command', () => {
  test('prints named modules as hulk does', async () => {
    const root = site({ 't/a.mustache': '{{x}}', 't/b.mustache': ' {{y}}\n' })
    const api = await apiOf(root, { naming: 'hulk', namespace: 'n_' })
    const names = ['t/a.mustache', './t/b.mustache']
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const log = { info: say, warn: say, error: say }
    expect(await api.commands?.['hulk']?.run({ root, args: names, log })).toBe(0)
    const argv = [hulkPath, '--wrapper', 'amd', '--namespace', 'n_', ...names]
    const printed = execFileSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })
    expect(`${lines.join('\n')}\n`).toBe(printed)
  })

  test('says what it needs when it is given nothing', async () => {
    const root = site({})
    const api = await apiOf(root)
    const say = () => {}
    const log = { info: say, warn: say, error: say }
    expect(await api.commands?.['hulk']?.run({ root, args: [], log })).toBe(1)
  })
})

describe('the templates target', () => {
  test('writes each template under its public name, as hulk would', async () => {
    const root = site(TEMPLATES)
    const api = await apiOf(root, {}, { statics: () => Promise.resolve(fakeStatics(root)) })
    const { outputs, inputs, log } = await runTemplates(api, root)
    const out = path.join(root, 'node_modules/.kovu/templates')
    expect(outputs.map((file) => path.relative(out, file)).sort()).toEqual([
      't/blank.js',
      't/hello.template.js',
      't/page.js',
      'u/other.template.js',
    ])
    expect(inputs).toContain(path.join(root, 'media/t/page.mustache'))
    expect(log).toEqual(['hulk-amd: 4 templates in node_modules/.kovu/templates'])
    expect(fs.readFileSync(path.join(out, 't/page.js'), 'utf8')).toBe(
      hulk(root, 'media/t/page.mustache'),
    )
  })

  test('alone, writes below outDir by paths from the root', async () => {
    const root = site(TEMPLATES)
    const api = await apiOf(root, {
      include: 'media/t/*.mustache',
      outDir: 'built',
      namespace: 'n_',
    })
    const { outputs } = await runTemplates(api, root)
    expect(outputs.map((file) => path.relative(root, file)).sort()).toEqual([
      'built/media/t/n_blank.js',
      'built/media/t/n_hello.template.js',
      'built/media/t/n_page.js',
    ])
  })

  test('keeps templates of one name in two folders apart', async () => {
    const root = site({ 'a/x.mustache': 'A', 'b/x.template.mustache': 'B' })
    const { outputs } = await runTemplates(await apiOf(root, { naming: 'hulk' }), root)
    expect(outputs.map((file) => fs.readFileSync(file, 'utf8'))).toEqual([
      hulk(root, 'a/x.mustache'),
      hulk(root, 'b/x.template.mustache'),
    ])
  })

  test('reports two templates for one file and writes nothing', async () => {
    const root = site({ 'a/x.mustache': 'A', 'a/x.template.mustache': 'B' })
    const run = runTemplates(await apiOf(root, { naming: 'hulk' }), root)
    await expect(run).rejects.toThrow(/HULK_AMD_COLLISION.*\n {2}a\/x\.js: .*a\/x\.mustache and /)
    expect(fs.existsSync(path.join(root, 'node_modules'))).toBe(false)
  })

  test('leaves out a template whose name a module of the site has, and says so', async () => {
    const root = site({ 'media/w.mustache': 'A', 'media/w.js': 'define([])' })
    const api = await apiOf(root, {}, { statics: () => Promise.resolve(fakeStatics(root)) })
    const { outputs, log } = await runTemplates(api, root)
    expect(outputs).toEqual([])
    expect(log.join('\n')).toContain('HULK_AMD_TAKEN')
  })

  test('reports every wrong template at once and leaves the last output in place', async () => {
    const root = site({ 'a.mustache': 'A', 'b.mustache': 'B' })
    const api = await apiOf(root)
    await runTemplates(api, root)
    write(root, 'a.mustache', '{{#a}}')
    write(root, 'b.mustache', '{{b')
    await expect(runTemplates(api, root)).rejects.toThrow(
      /2 templates are wrong:\n.*a\.mustache:1:1\)\n.*b\.mustache:1:1\)/,
    )
    expect(fs.readFileSync(path.join(root, 'node_modules/.kovu/templates/a.js'), 'utf8')).toContain(
      't.b("A")',
    )
  })

  test('removes what it wrote for templates that are gone', async () => {
    const root = site({ 'a.mustache': 'A', 'b.mustache': 'B' })
    const api = await apiOf(root)
    await runTemplates(api, root)
    fs.rmSync(path.join(root, 'b.mustache'))
    await runTemplates(api, root)
    expect(fs.readdirSync(path.join(root, 'node_modules/.kovu/templates'))).toEqual(['a.js'])
  })

  test('writes ES modules by the format option', async () => {
    const root = site({ 'a.template.mustache': '{{>b}}', 'b.template.mustache': 'B' })
    const { outputs } = await runTemplates(await apiOf(root, { format: 'esm' }), root)
    const text = fs.readFileSync(outputs[0] ?? '', 'utf8')
    expect(text).toContain('import partial0 from "./b.template.js"')
    expect(parseSync('a.js', text).errors).toEqual([])
  })

  test('warns of what an import would warn of, once for each state of a file', async () => {
    const root = site({
      'post.mustache': 'a post',
      'list.mustache': '<a href={{u}}>{{>pots}}{{>row}}',
    })
    const warned: string[] = []
    const api = await apiOf(root, {}, undefined, (text) => warned.push(text))
    await runTemplates(api, root)
    await derivationFor(api, path.join(root, 'list.mustache')).render(
      path.join(root, 'list.mustache'),
    )
    expect(warned).toHaveLength(1)
    expect(warned[0]?.split('\n').filter((line) => line.startsWith('['))).toEqual([
      expect.stringMatching(/^\[hulk-amd\] HULK_AMD_UNQUOTED: .* \(list\.mustache:1:9\)$/),
      expect.stringMatching(
        /^\[hulk-amd\] HULK_AMD_MISSING_PARTIAL: .* Did you mean \{\{>post\}\}\? \(list\.mustache:1:15\)$/,
      ),
    ])
    write(root, 'list.mustache', '{{>post}}')
    await runTemplates(api, root)
    expect(warned).toHaveLength(1)
    const silent = await apiOf(root, { lint: false }, undefined, (text) => warned.push(text))
    write(root, 'list.mustache', '<a href={{u}}>{{>pots}}')
    await runTemplates(silent, root)
    expect(warned).toHaveLength(1)
  })

  test('refuses a template of which no name is left', async () => {
    const root = site({ '.dot.mustache': 'A' })
    const run = runTemplates(await apiOf(root, { naming: 'hulk' }), root)
    await expect(run).rejects.toThrow('HULK_AMD_NAME')
  })
})
