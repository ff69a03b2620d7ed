import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { HulkAmdOptions } from '../src/index.ts'
import { apiOf, site } from './support/site.ts'

/** What `kovu partials` prints. */
async function partials(
  files: Record<string, string>,
  args: string[] = [],
  options: HulkAmdOptions = {},
): Promise<{ code: number | void; lines: string[] }> {
  const root = site(files)
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const api = await apiOf(root, options)
  const code = await api.commands?.['partials']?.run({
    root,
    args,
    log: { info: say, warn: say, error: say },
  })
  return { code, lines }
}

const FILES = {
  'main.js': "import page from './t/page.template.mustache'\nrequire(['t/amd.template'])",
  'index.html': '<script src="/t/plain.template.js?v=1"></script>',
  'hgn.js': "define(['hgn!t/hgn'], function () {})",
  't/page.template.mustache': '\n  {{>row}} {{#a}}{{>./row}}{{/a}}',
  't/row.template.mustache': '{{>cell}}',
  't/cell.mustache': '',
  't/amd.template.mustache': '{{<row}}{{$a}}{{>cell}}{{/a}}{{/row}}',
  't/plain.template.mustache': '',
  't/hgn.mustache': '',
  't/gone.template.mustache': '{{#deeper}}{{>gone}}{{/deeper}}',
  // A word is no name.
  't/old.mustache': '{{>nowhere}}',
  'notes.js': '// the old templates are gone',
  'node_modules/x/index.js': "require('t/old.mustache')",
}

describe('kovu partials', () => {
  test('lists who includes a template, with the place of each tag', async () => {
    const { code, lines } = await partials(FILES)
    expect(code).toBe(0)
    expect(lines).toEqual([
      't/amd.template.mustache',
      't/cell.mustache',
      '  in t/amd.template.mustache:1:15',
      '  in t/row.template.mustache:1:1',
      't/gone.template.mustache: unused',
      't/hgn.mustache',
      't/old.mustache: unused',
      't/page.template.mustache',
      't/plain.template.mustache',
      't/row.template.mustache',
      '  in t/amd.template.mustache:1:1',
      '  in t/page.template.mustache:2:3',
      '  in t/page.template.mustache:2:18',
    ])
  })

  test('lists the unused ones alone, one a line', async () => {
    const { lines } = await partials(FILES, ['unused'])
    expect(lines).toEqual(['t/gone.template.mustache', 't/old.mustache'])
  })

  test('says what it does not understand', async () => {
    const { code, lines } = await partials(FILES, ['all'])
    expect(code).toBe(1)
    expect(lines.join()).toContain('not all')
  })

  test('stops at a template that is wrong, with its place', async () => {
    await expect(partials({ 'a.mustache': 'x\n{{#b}}' })).rejects.toMatchObject({
      pluginCode: 'HULK_AMD_UNCLOSED_SECTION',
      loc: { line: 2, column: 0 },
    })
  })

  test("knows the public names of Django's finders, whose folders need not exist", async () => {
    const root = site({
      'media/t/a.mustache': '{{>b}}',
      'media/t/b.mustache': '',
      'app/page.html': '"t/a"',
    })
    const media = path.join(root, 'media')
    const statics = {
      roots: [media, path.join(root, 'gone')].map((dir) => ({ dir, prefix: '' })),
      list: () =>
        ['a', 'b'].map((name) => [`t/${name}.mustache`, path.join(media, `t/${name}.mustache`)]),
    }
    const api = await apiOf(root, {}, { statics: () => Promise.resolve(statics as never) })
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const log = { info: say, warn: say, error: say }
    expect(await api.commands?.['partials']?.run({ root, args: [], log })).toBe(0)
    expect(lines).toEqual([
      'media/t/a.mustache',
      'media/t/b.mustache',
      '  in media/t/a.mustache:1:1',
    ])
  })
})
