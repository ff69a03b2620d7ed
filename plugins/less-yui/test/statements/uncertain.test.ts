import { expect, test } from 'vitest'
import { type Case, run } from './cases.ts'

/** Each came to something else when what was edited was rendered alone, before it was known for what it is. */
const UNCERTAIN: Readonly<Record<string, Case>> = {
  'a selector that is put together from two, and extended': {
    files: { 'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .p { right: 0 }' },
    edit: {
      'main.less': '.t { top: 0 } .e:extend(.t all) { left: 0 } .p { .t { &-s { right: 0 } } }',
    },
  },
  'a ruleset without CSS, and extended': {
    files: { 'main.less': '.e:extend(i) { left: 0 } i { } .b { top: 0 }' },
    edit: { 'main.less': '.e:extend(i) { left: 0 } .b { top: 0 }' },
  },
  'an annotation of a source map at the end': {
    files: { 'main.less': '.a { top: 0 }\n/*# sourceMappingURL=x.css.map */\n' },
    edit: { 'main.less': '.a { top: 0 }\n/*# sourceMappingURL=x.css.map */\n.b { left: 0 }\n' },
  },
  'an annotation that comes': {
    files: { 'main.less': '.a { top: 0 }\n' },
    edit: { 'main.less': '.a { top: 0 }\n/*# sourceMappingURL=x.css.map */\n' },
  },
  'a file that a variable embeds, too': {
    files: {
      'main.less':
        '.a { background: data-uri("a.svg") } @bg: data-uri("a.svg"); .z { background: @bg }',
      'a.svg': '<svg/>',
    },
    edit: { 'main.less': '.a { top: 0 } @bg: data-uri("a.svg"); .z { background: @bg }' },
  },
  'a file that is imported and embedded': {
    files: {
      'main.less': '@import "p"; .z { background: data-uri("text/plain", "p.less") }',
      'p.less': '.p { top: 0 }',
    },
    edit: { 'p.less': '.p { top: 1px }' },
  },
  'two slashes in a custom property': {
    files: { 'main.less': '.x { --u: http://x; .m();\n}\n.m { top: 0 }\n' },
    edit: { 'main.less': '.x { --u: http://x; .m();\n}\n.m { top: 1px }\n' },
  },
  'a call in a variable by options': {
    files: { 'main.less': '@w: 0; .m { width: 1px } .a { width: @w }' },
    edit: { 'main.less': '@w: 0; .m { width: 2px } .a { width: @w }' },
    less: { modifyVars: { w: '.m[width]' } },
  },
  'a detached ruleset that calls': {
    files: {
      'main.less':
        '@n: 1px; .m() { top: 1px } .a { left: 0 } @d: { .m(); } .x { .m() { top: 2px } @d(); }',
    },
    edit: {
      'main.less':
        '@n: 1px; .m() { top: 1px } .a { left: @n } @d: { .m(); } .x { .m() { top: 2px } @d(); }',
    },
  },
  'a mixin of its own with semicolons': {
    files: {
      'main.less': '.m(@a; @b: 1) { top: @a } .y { .r() } .r { .m(1px) } .x { left: 0 }',
    },
    edit: {
      'main.less':
        '.m(@a; @b: 1) { top: @a } .y { .r() } .r { .m(1px) } .x { left: 0; .m(@a; @b: 1) { top: 9px } .r() }',
    },
  },
  'a mixin of its own that a call brings': {
    files: {
      'main.less':
        '.m() { top: 0 } .y { .r() } .r { .m() } @n: m; .bring() { .@{n} { left: 9px } } .x { left: 0 }',
    },
    edit: {
      'main.less':
        '.m() { top: 0 } .y { .r() } .r { .m() } @n: m; .bring() { .@{n} { left: 9px } } .x { left: 0; .bring(); .r(); }',
    },
  },
  'who asks before a name has its value': {
    files: {
      'main.less': '@n: m; .m() { left: 0 } .e { .m(); } .@{n} { top: 1px } .w { .m(); }',
    },
    edit: {
      'main.less': '@n: m; .m() { left: 0 } .e { right: 0 } .@{n} { top: 1px } .w { .m(); }',
    },
  },
  'who asks before a call has brought a name': {
    files: {
      'main.less':
        '@n: m; .b() { .@{n} { top: 1px } } .b(); .m() { left: 0 } .e { .m(); } .w { .m(); }',
    },
    edit: {
      'main.less':
        '@n: m; .b() { .@{n} { top: 1px } } .b(); .m() { left: 0 } .e { right: 0 } .w { .m(); }',
    },
  },
  'names with variables under a source map': {
    files: { 'main.less': '@l: ~"xx";\n.p { top: 0 }\n.q {\n  left: 0;\n}\n' },
    edit: { 'main.less': '@l: ~"xx";\n.p { .x-@{l}, .y-@{l} { top: 0 } }\n.q {\n  left: 0;\n}\n' },
    sourceMap: true,
  },
  'carriage returns under a source map': {
    files: {
      'main.less': '@import "one"; @import "two";',
      'one.less': '@import "two";',
      'two.less': '.a {\r\n  top: 0 }\r\n',
    },
    edit: { 'two.less': '.a {\r\n  top: 1px }\r\n' },
    sourceMap: true,
  },
  'a sheet with variables by options under a source map': {
    files: { 'main.less': '@import "p"; .m() { top: 0 }', 'p.less': '.p { left: 0 }' },
    edit: { 'p.less': '.p { .m() }' },
    less: { modifyVars: { z: '1' } },
    sourceMap: true,
  },
  'a function whose name ends in url': {
    files: { 'main.less': '.m { w: 1px } .a { width: my-url(.m[w]) }' },
    edit: { 'main.less': '.m { w: 2px } .a { width: my-url(.m[w]) }' },
  },
  'a name with a space': {
    files: { 'main.less': String.raw`.a\ b { top: 0 } .x { .a\ b(); }` },
    edit: { 'main.less': String.raw`.a\ b { top: 1px } .x { .a\ b(); }` },
  },
  'a call in a value, with an escape': {
    files: {
      'main.less': String.raw`@n: 1px; .q() { w: 1px } .a { left: 0 } @v: .r\:x[w]; .x { .q() { w: 2px } top: @v } .r\:x { .q(); }`,
    },
    edit: {
      'main.less': String.raw`@n: 1px; .q() { w: 1px } .a { left: @n } @v: .r\:x[w]; .x { .q() { w: 2px } top: @v } .r\:x { .q(); }`,
    },
  },
  'what is not divided, behind what looked like a comment': {
    files: { 'main.less': '.u { background: url(a/*b) } .w { width: 4px / 2 } /* c */' },
    edit: { 'main.less': '.u { background: none } .w { width: 4px / 2 } /* c */' },
  },
}

test.each(Object.entries(UNCERTAIN))('%s takes a whole rendering', async (_name, each) => {
  expect((await run(each)).again).toBeUndefined()
})
