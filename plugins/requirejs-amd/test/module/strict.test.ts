/** What does the same in strict mode: each source runs in both, where it may. */
import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { isStrict } from '../../src/module/strict.ts'

/** The value that the source's `define` gets, in the mode. */
function run(code: string, mode: string): string {
  const page: Record<string, unknown> = { log: [] }
  page['window'] = page
  vm.createContext(page)
  const script = `var define = function (factory) { return log.push(typeof factory === 'function' ? factory() : factory) };
    (function () { ${mode};\n${code}\n}).call(this); JSON.stringify([log, typeof leak])`
  return String(vm.runInContext(script, page))
}

const strict = [
  'define(function () { var a = 1; a++; for (var k in { x: 1 }) a += k; return a })',
  'define({ a: function () { return this.b }, b: 1 })',
  '(function (root, factory) { root.x = factory() })(this, function () { return 1 }); define(1)',
  'define(function () { function Klass() { this.a = 1 } Klass.prototype.get = function () { return this.a }; return new Klass().get() })',
  'define(function () { return (() => { let b = [1]; [b[0]] = [2]; return b })() })',
  'define(function () { return (function () { return this.x }).call({ x: 1 }) })',
  'define(function (a) { a = a || 2; return a })',
  'window.leak = 1; define(1)',
]

const sloppy = [
  "define(function () { with ({ a: 1 }) { return 'with ' + a } })",
  'define(function () { return 010 })',
  'define(function () { leak = 1; return leak })',
  'define(function () { for (leak in { a: 1 }) { } return leak })',
  'define(function () { return typeof this })',
  'define(function () { return (function () { return typeof this })() })',
  'define(function () { function global() { return typeof this } return global() })',
  'define(function () { return typeof (function () { return arguments.callee })() })',
]

describe('a source that does the same in strict mode', () => {
  test.each(strict)('%s', (code) => {
    expect(isStrict(code)).toBe(true)
    expect(run(code, "'use strict'")).toBe(run(code, ''))
  })
})

describe('a source that does not', () => {
  test.each(sloppy)('%s', (code) => {
    expect(isStrict(code)).toBe(false)
    let inStrict: string | undefined
    try {
      inStrict = run(code, "'use strict'")
    } catch {
      inStrict = undefined
    }
    expect(inStrict).not.toBe(run(code, ''))
  })
})
