import { rmSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compile, compileAgain, type CompileJob } from '../../src/lessc/compile.ts'
import type { LessYuiError } from '../../src/error.ts'
import { project } from '../support/project.ts'
import { load } from '../support/versions.ts'
import { type Case, run } from './cases.ts'
import { comparable } from './comparable.ts'

const REST = '.rest { left: 0 }\n'

/** What is evaluated alone: a whole rendering must say the same. */
const ALONE: Readonly<Record<string, Case>> = {
  'what is embedded': {
    files: {
      'main.less':
        '.a { background: data-uri("a.svg") } .b { background: data-uri("b.svg") } .c { .m() } .m() { background: data-uri("a.svg") }',
      'a.svg': '<svg/>',
      'b.svg': '<svg/>',
      'c.svg': '<svg/>',
    },
    edit: {
      'main.less':
        '.a { background: data-uri("c.svg") } .b { top: 0 } .c { .m() } .m() { background: data-uri("a.svg") }',
    },
  },
  'a byte order mark and CRLF': {
    files: {
      'main.less': '@import "p";',
      'p.less': `\uFEFF@own: red;\r\n${REST}.a {\r\n  color: @own }\r\n.b { top: 0 }\r\n`,
    },
    edit: {
      'p.less': `\uFEFF@own: red;\r\n${REST}.new { top: 0 }\r\n.a {\r\n  color: fade(@own, 5%) }\r\n.b { top: 0 }\r\n`,
    },
  },
  'a declaration': {
    files: { 'main.less': `@v: red; ${REST} .a { color: @v }` },
    edit: { 'main.less': `@v: red; ${REST} .a { color: darken(@v, 9%); top: 0 }` },
  },
  'a ruleset more': {
    files: { 'main.less': `.b { top: 0 } ${REST}` },
    edit: { 'main.less': `.b { top: 0 } .new { .in & { top: 1px } } ${REST}` },
  },
  'the first and the last ruleset less': {
    files: { 'main.less': `.a { top: 0 } ${REST} .b { top: 0 }` },
    edit: { 'main.less': REST },
  },
  'all of a sheet': {
    files: { 'main.less': '@import "p";', 'p.less': REST },
    edit: { 'p.less': '// nothing\n' },
    sourceMap: true,
  },
  'a mixin that nobody called before': {
    files: { 'main.less': `.m(@c) when (iscolor(@c)) { color: @c } .m(@c) { top: 0 } ${REST}` },
    edit: {
      'main.less': `.m(@c) when (iscolor(@c)) { color: @c } .m(@c) { top: 0 } ${REST} .a { .m(red) }`,
    },
  },
  'comments of both kinds': {
    files: { 'main.less': `/* one */ ${REST} .a { top: 0 }` },
    edit: {
      'main.less': `/* two */ ${REST} .a /* in */ { top: 0 /* here */ } // and\n/* there */`,
    },
  },
  'two files at once': {
    files: {
      'main.less': `@import "p"; @import "q"; .m { top: 0 }`,
      'p.less': '.p { top: 0 }',
      'q.less': '.q { top: 0 }',
    },
    edit: {
      'q.less': '.q { top: 1px }',
      'p.less': '.p { top: 2px } .pp { top: 0 }',
      'main.less': '@import "p"; @import "q"; .m { top: 3px }',
    },
    sourceMap: true,
  },
  'variables of calls at the root': {
    files: { 'main.less': '.s() { @x: 5px; .made { top: 0 } } .s(); .a { left: 0 }' },
    edit: { 'main.less': '.s() { @x: 5px; .made { top: 0 } } .s(); .a { left: @x }' },
  },
  'variables by names that are computed': {
    files: { 'main.less': '@a: red; @name: "a"; .x { top: 0 }' },
    edit: { 'main.less': '@a: red; @name: "a"; .x { color: @@name; content: "@{a}" }' },
  },
  'what is called between edits': {
    files: {
      'main.less':
        '.z { .called() } .a { top: 0 } .called { left: 0 } @v: 1px; .b { .called(); top: @v }',
    },
    edit: {
      'main.less':
        '.z { .called() } .a { top: 1px } .called { left: 0 } @v: 1px; .b { .called(); top: (@v * 2) }',
    },
  },
  'behind what is moved to the front': {
    files: {
      'main.less': '@charset "utf-8"; .first { top: 0 } @import url(//x.y/z.css); .a { top: 0 }',
    },
    edit: {
      'main.less': '@charset "utf-8"; .first { top: 0 } @import url(//x.y/z.css); .a { top: 1px }',
    },
  },
}

/** What might matter to others, each with an edit that does. */
const WHOLE: Readonly<Record<string, Case>> = {
  'variables by options, a byte order mark and CRLF': {
    files: {
      'main.less': '@import "p";',
      'p.less': `\uFEFF@own: @given;\r\n${REST}.a {\r\n  color: @own }\r\n.b { top: 0 }\r\n`,
    },
    edit: {
      'p.less': `\uFEFF@own: @given;\r\n${REST}.new { top: 0 }\r\n.a {\r\n  color: fade(@own, 5%) }\r\n.b { top: 0 }\r\n`,
    },
    less: { globalVars: { given: '@last' }, modifyVars: { last: '#123' } },
    sourceMap: true,
  },
  'detached rulesets, maps and loops': {
    files: {
      'main.less':
        '@d: { top: 0 } @m: { a: 1px } .l(@i) when (@i > 0) { w-@{i}: @i; .l(@i - 1) } each(1 2, { .e-@{value} { top: 0 } }); .x { left: 0 }',
    },
    edit: {
      'main.less':
        '@d: { top: 0 } @m: { a: 1px } .l(@i) when (@i > 0) { w-@{i}: @i; .l(@i - 1) } each(1 2, { .e-@{value} { top: 0 } }); .x { @d(); left: @m[a]; .l(3) }',
    },
  },
  'a ruleset that is called, and means one thing': {
    files: {
      'main.less':
        '.m() { left: 0 } .r { top: 0; .m(); &:hover { top: 1px } } .x { .r() } .a { left: 0 }',
    },
    edit: {
      'main.less':
        '.m() { left: 0 } .r { top: 0; .m(); &:hover { top: 1px } } .x { .r() } .a { left: 0; .r() }',
    },
  },
  'a variable': {
    files: { 'main.less': '@v: red; .a { color: @v }' },
    edit: { 'main.less': '@v: blue; .a { color: @v }' },
  },
  'a mixin': {
    files: { 'main.less': '.m() { top: 0 } .a { .m() }' },
    edit: { 'main.less': '.m() { top: 1px } .a { .m() }' },
  },
  'a ruleset that is called': {
    files: { 'main.less': '.m { top: 0 } .a { .m }'.replace('.m }', '.m() }') },
    edit: { 'main.less': '.m { top: 1px } .a { .m() }' },
  },
  'a ruleset that is called now': {
    files: { 'main.less': '.m() { top: 0 } .a { .m() }' },
    edit: { 'main.less': '.m() { top: 0 } .a { .m() } h1, .x, .m { left: 0 }' },
  },
  'a namespace': {
    files: { 'main.less': '#ns { .m() { top: 0 } } .a { #ns > .m() }' },
    edit: { 'main.less': '#ns { .m() { top: 1px } } .a { #ns > .m() }' },
  },
  'a map that is a mixin': {
    files: { 'main.less': '.m() { a: 1px } .a { top: .m[a] }' },
    edit: { 'main.less': '.m() { a: 2px } .a { top: .m[a] }' },
  },
  'a detached ruleset': {
    files: { 'main.less': '@d: { top: 0 } .a { @d(); }' },
    edit: { 'main.less': '@d: { top: 1px } .a { @d(); }' },
  },
  'an order of definitions': {
    files: { 'main.less': '@v: red; .x { top: 0 } @v: blue; .a { color: @v }' },
    edit: { 'main.less': '@v: blue; .x { top: 0 } @v: red; .a { color: @v }' },
  },
  'an extend': {
    files: { 'main.less': '.t { top: 0 } .a { left: 0 }' },
    edit: { 'main.less': '.t { top: 0 } .a { &:extend(.t); left: 0 }' },
  },
  'an extend less': {
    files: { 'main.less': '.t { top: 0 } .a:extend(.t) { left: 0 }' },
    edit: { 'main.less': '.t { top: 0 } .a { left: 0 }' },
  },
  'an extend in a mixin': {
    files: { 'main.less': '.m() { &:extend(.t); } .t { top: 0 } .b { .m(); } .a { left: 0 }' },
    edit: { 'main.less': '.m() { &:extend(.t); } .t { top: 0 } .b { .m(); } .a { left: 0; .m() }' },
  },
  'an extend in a mixin less': {
    files: {
      'main.less': '.m() { &:extend(.t); } .t { top: 0 } .b { .m(); } .a { left: 0; .m() }',
    },
    edit: { 'main.less': '.m() { &:extend(.t); } .t { top: 0 } .b { .m(); } .a { left: 0 }' },
  },
  'what is extended': {
    files: { 'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .a { top: 0 }' },
    edit: { 'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .a .t { top: 0 }' },
  },
  'what was extended': {
    files: { 'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .a.t { top: 0 }' },
    edit: { 'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .a { top: 0 }' },
  },
  'an element that is extended': {
    files: { 'main.less': 'a[b] { top: 0 } .e:extend(a[b]) { left: 0 } .x { top: 0 }' },
    edit: { 'main.less': 'a[b] { top: 0 } .e:extend(a[b]) { left: 0 } a[b] { top: 1px }' },
  },
  'an import': {
    files: { 'main.less': '.a { color: @v } @v: red;', 'p.less': '@v: blue;' },
    edit: { 'main.less': '.a { color: @v } @v: red; @import "p";' },
  },
  'a selector with a variable': {
    files: { 'main.less': '@n: m; .m() { top: 0 } .a { .m() }' },
    edit: { 'main.less': '@n: m; .m() { top: 0 } .a { .m() } .@{n} { left: 0 }' },
  },
  'a parent selector at the root': {
    files: { 'main.less': '.a { left: 0 }' },
    edit: { 'main.less': '& { .m() { top: 0 } } .a { left: 0 }' },
  },
  'a call at the root': {
    files: { 'main.less': '.m() { @v: red } .a { left: 0 }' },
    edit: { 'main.less': '.m() { @v: red } .a { left: 0 } .m();' },
  },
  'what comes of a call at the root': {
    files: { 'main.less': '.s() { .made { top: 0 } } .s(); .a { left: 0 }' },
    edit: { 'main.less': '.s() { .made { top: 0 } } .s(); .a { left: 0; .made() }' },
  },
  'a ruleset that is asked for before it was evaluated': {
    files: { 'main.less': '@v: 1px; .a { left: 0 } .r { top: @v } .x { @v: 2px; .r() }' },
    edit: { 'main.less': '@v: 1px; .a { left: 0; .r() } .r { top: @v } .x { @v: 2px; .r() }' },
  },
  'a ruleset that is no longer asked for before it was evaluated': {
    files: { 'main.less': '@v: 1px; .a { left: 0; .r() } .r { top: @v } .x { @v: 2px; .r() }' },
    edit: { 'main.less': '@v: 1px; .a { left: 0 } .r { top: @v } .x { @v: 2px; .r() }' },
  },
  'a ruleset that was asked for before it was evaluated': {
    files: { 'main.less': '@v: 1px; .y { .r() } .r { top: @v } .x { left: 0 }' },
    edit: { 'main.less': '@v: 1px; .y { .r() } .r { top: @v } .x { @v: 2px; .r() }' },
  },
  'a ruleset that calls what its caller has of its own': {
    files: { 'main.less': '.m() { top: 0 } .y { .r() } .r { .m() } .x { left: 0 }' },
    edit: {
      'main.less': '.m() { top: 0 } .y { .r() } .r { .m() } .x { left: 0; .m() { top: 1px } .r() }',
    },
  },
  'a namespace that a condition of an at-rule asks': {
    files: {
      'main.less':
        '#ns { .m() { @w: ~"(min-width: 1px)" } } @media #ns.m[@w] { .x { top: 0 } } .a { left: 0 }',
    },
    edit: {
      'main.less':
        '#ns { .m() { @w: ~"(min-width: 2px)" } } @media #ns.m[@w] { .x { top: 0 } } .a { left: 0 }',
    },
  },
  'a detached ruleset with variables': {
    files: { 'main.less': '@n: 1px; @d: { top: @n } .x { @n: 2px; @d(); } .a { left: 0 }' },
    edit: {
      'main.less': '.b { left: @n } @n: 1px; @d: { top: @n } .x { @n: 2px; @d(); } .a { left: 0 }',
    },
  },
  'a ruleset with a condition': {
    files: { 'main.less': '@v: 1px; .a { left: 0 } .r when (@v > 0) { top: 0 } .x { .r() }' },
    edit: { 'main.less': '@v: 1px; .a { left: 0; .r() } .r when (@v > 0) { top: 0 } .x { .r() }' },
  },
  'what is moved to the front': {
    files: {
      'main.less': '@import "p"; .a { top: 0 } @import url(//x.y/z.css);',
      'p.less': '/* c */',
    },
    edit: { 'p.less': '.p { top: 0 }' },
  },
  'a charset': {
    files: { 'main.less': '.a { top: 0 }' },
    edit: { 'main.less': '.a { top: 0 } @charset "utf-8";' },
  },
  'what less warns of': {
    files: { 'main.less': '.m() { top: 0 } .a { .m }' },
    edit: { 'main.less': '.m() { top: 0 } \n.a { .m }\n .b { top: 0 }' },
  },
  'what less warns of now': {
    files: { 'main.less': '.m() { top: 0 } .a { top: 0 }' },
    edit: { 'main.less': '.m() { top: 0 } .a { .m }' },
  },
  'what is not divided': {
    files: { 'main.less': '.a { width: 4px }' },
    edit: { 'main.less': '.a { width: 4px / 2 }' },
  },
  'a file that appears': {
    files: { 'main.less': '@import (optional) "p"; .a { top: 0 }' },
    edit: { 'p.less': '.p { top: 0 }', 'main.less': '@import (optional) "p"; .a { top: 1px }' },
  },
  'what stands around an import': {
    files: { 'main.less': '.a { top: 0 } @import "p"; .b { top: 0 }', 'p.less': '.p { top: 0 }' },
    edit: { 'main.less': '.a { top: 1px } @import "p"; .b { top: 1px }' },
  },
  'what stands around a call': {
    files: { 'main.less': '.m() { .p { top: 0 } } .a { top: 0 } .m(); .b { top: 0 }' },
    edit: { 'main.less': '.m() { .p { top: 0 } } .a { top: 1px } .m(); .b { top: 1px }' },
  },
  'what stands around a selector with a variable': {
    files: { 'main.less': '@n: n; .a { top: 0 } .@{n} { top: 0 } .b { top: 0 }' },
    edit: { 'main.less': '@n: n; .a { top: 1px } .@{n} { top: 0 } .b { top: 1px }' },
  },
  'the only thing that was extended': {
    files: { 'main.less': '.e:extend(i) { left: 0 } i { top: 0 }' },
    edit: { 'main.less': '.e:extend(i) { left: 0 } b { top: 0 }' },
  },
  'what a file calls that is imported within a ruleset': {
    files: { 'main.less': '.x { @import "p"; } .m { top: 0 }', 'p.less': '.y { .m() }' },
    edit: { 'main.less': '.x { @import "p"; } .m { top: 1px }' },
  },
  'a file that is no more': {
    files: { 'main.less': '@import (optional) "p"; .a { top: 0 }', 'p.less': '.p { top: 0 }' },
    edit: { 'p.less': null, 'main.less': '@import (optional) "p"; .a { top: 1px }' },
  },
  'a file that is embedded': {
    files: { 'main.less': '.a { background: data-uri("a.svg") }', 'a.svg': '<svg/>' },
    edit: { 'a.svg': '<svg></svg>' },
  },
  'a reference': {
    files: {
      'main.less': '@import (reference) "p"; .a:extend(.p) { top: 0 }',
      'p.less': '.p { left: 0 }',
    },
    edit: { 'p.less': '.p { left: 1px }' },
  },
  'a file that is imported twice': {
    files: { 'main.less': '@import "p"; @import (multiple) "p";', 'p.less': '.p { left: 0 }' },
    edit: { 'p.less': '.p { left: 1px }' },
  },
  'a file that is imported for a medium': {
    files: { 'main.less': '@import "p" screen;', 'p.less': '.p { left: 0 }' },
    edit: { 'p.less': '.p { left: 1px }' },
  },
  'a file that is imported as it is': {
    files: { 'main.less': '@import (inline) "p.css";', 'p.css': '.p { left: 0 }' },
    edit: { 'p.css': '.p { left: 1px }' },
  },
  'a file that is imported within a ruleset': {
    files: { 'main.less': '.x { @import "p"; }', 'p.less': '.p { left: 0 }' },
    edit: { 'p.less': '.p { left: 1px }' },
  },
  'a file whose name is a variable': {
    files: { 'main.less': '@n: "p"; @import "@{n}";', 'p.less': '.p { left: 0 }' },
    edit: { 'p.less': '.p { left: 1px }' },
  },
  'inline JavaScript': {
    files: { 'main.less': '.a { top: 0 }' },
    edit: { 'main.less': '.a { top: `1 + 1` }' },
    less: { javascriptEnabled: true },
  },
  'an option that leaves traces': {
    files: { 'main.less': '.a { top: 0 }' },
    edit: { 'main.less': '\n.a { top: 1px }' },
    less: { dumpLineNumbers: 'comments' },
  },
}

test.each(Object.entries(ALONE))('is rendered alone: %s', async (_name, each) => {
  const { again, whole } = await run(each)
  expect(again && comparable(again)).toEqual(comparable(whole))
})

test.each(Object.entries(WHOLE))('takes a whole rendering: %s', async (_name, each) => {
  expect((await run(each)).again).toBeUndefined()
})

test.each([
  ['a syntax error', '.rest { left: 0 }\n.a { top: }\n'],
  ['a block without an end', '.rest { left: 0 }\n.a { top: 0 \n'],
  ['a variable that is not there', '.rest { left: 0 }\n.a { top: @none }\n'],
  ['a mixin that is not there', '.rest { left: 0 }\n.a { .none() }\n'],
  ['white space that less does not know', '.rest { left: 0 }\n\u00A0@v: 1px;\n'],
  ['a declaration outside of rulesets', '.rest { left: 0 }\ntop: 0;\n'],
])('says of %s what a whole rendering says', async (_name, text) => {
  const implementation = await load('4.9.1')
  const site = project({ 'main.less': '@import "p"; .z { top: 0 }', 'p.less': REST })
  const job = { source: site.file('main.less'), less: {}, sourceMap: false, roots: undefined }
  const before = await compile(implementation, job)
  site.write('p.less', text)
  const said = async (each: CompileJob): Promise<object> => {
    const error = await compile(implementation, each).then(
      () => undefined,
      (cause: unknown) => cause as LessYuiError,
    )
    const { code, message, place, frame, watch } = error ?? {}
    return { code, message, place, frame, watch }
  }
  const whole = await said(job)
  expect(await said({ ...job, before })).toEqual(whole)
  expect(whole).toMatchObject({ code: 'LESS_YUI_SYNTAX', place: { file: site.file('p.less') } })
})

test('a file that leads outside now is refused', async () => {
  const implementation = await load('4.9.1')
  const outside = project({ 'p.less': '.secret { top: 0 }' })
  const site = project({ 'main.less': '@import "p"; .a { top: 0 }', 'p.less': '.p { top: 0 }' })
  const job = {
    source: site.file('main.less'),
    less: {},
    sourceMap: false,
    roots: [site.root],
  }
  const before = await compile(implementation, job)
  rmSync(site.file('p.less'))
  symlinkSync(outside.file('p.less'), site.file('p.less'))
  expect(await compileAgain(implementation, { ...job, before })).toBeUndefined()
  await expect(compile(implementation, { ...job, before })).rejects.toMatchObject({
    code: 'LESS_YUI_OUTSIDE',
  })
})

test.each(['1.7.5', '2.7.3'])('less %s renders as a whole', async (version) => {
  const implementation = await load(version)
  const site = project({ 'main.less': REST })
  const job = { source: site.file('main.less'), less: {}, sourceMap: false, roots: undefined }
  const before = await compile(implementation, job)
  site.write('main.less', '.a { top: 0 }')
  expect(await compileAgain(implementation, { ...job, before })).toBeUndefined()
  expect((await compile(implementation, { ...job, before })).css).toBe('.a {\n  top: 0;\n}\n')
})
