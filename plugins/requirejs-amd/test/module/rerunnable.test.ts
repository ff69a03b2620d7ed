import { describe, expect, test } from 'vitest'
import { isRerunnable } from '../../src/module/rerunnable.ts'

describe('a module may run again when it', () => {
  test.each([
    ['makes an object', "define(['a'], function (a) { return { go: function () { a.start() } } })"],
    [
      'extends a class',
      "define(['backbone', 'text!./x.html'], function (B, html) { var t = _.template(html); return B.View.extend({ render: function () { this.$el.html(t()) } }) })",
    ],
    [
      'assigns to exports',
      "define(function (require, exports) { 'use strict'; var a = require('a'); exports.b = a.c; exports.d = function () {} })",
    ],
    [
      'has a prototype',
      'define([], function () { function A() {} A.prototype.b = function () { alert(1) }; return A })',
    ],
    ['adds a jQuery method', "define(['jquery'], function ($) { $.fn.x = function () {} })"],
    [
      'extends its own objects',
      "define(['underscore'], function (_) { var o = {}; _.extend(o, { a: 1 }); return o })",
    ],
    ['is an object', "define({ a: 1, b: [new RegExp('a')] })"],
    [
      'computes by a loop',
      'define([], function () { var a = []; for (var i = 0; i < 3; i++) { a[i] = i * 2 } return a })',
    ],
    [
      'is wrapped',
      "(function (f) { if (typeof define === 'function' && define.amd) { define(['a'], f) } }(function (a) { return a }))",
    ],
    ['has arrow functions', "define(['a'], (a) => ({ b: () => a.go() }))"],
  ])('%s', (_, code) => {
    expect(isRerunnable(code, 'a.js')).toBe(true)
  })
})

describe('a module may not run again when it', () => {
  test.each([
    ['listens', "define(['jquery'], function ($) { $(document).on('click', go) })"],
    ['starts something', "define(['app'], function (app) { app.start(); return app })"],
    ['makes an instance', "define(['view'], function (View) { return new View() })"],
    ['sets a timer', 'define([], function () { var t = setInterval(go, 10); return t })'],
    ['changes the page', "define([], function () { document.title = 'x' })"],
    ['adds to the page', "define(['a'], function (a) { _.extend(window, { b: 1 }) })"],
    ['acts in a branch', 'define([], function () { if (a) { b() } })'],
    ['acts behind &&', 'define([], function () { a && a.go() })'],
    ['acts in a function that runs', 'define([], function () { (function () { go() })() })'],
    ['acts beside define', 'go(); define({})'],
    ['throws', 'define([], function () { throw new Error() })'],
  ])('%s', (_, code) => {
    expect(isRerunnable(code, 'a.js')).toBe(false)
  })
})
