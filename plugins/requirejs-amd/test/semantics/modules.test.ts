/** What modules are: forms of `define`, wrappers, values, cycles, sloppy sources. */
import { describe, test } from 'vitest'
import { expectSameInAllWays, say, type Case } from './ways.ts'

const cases: Readonly<Record<string, Case>> = {
  'plain data-main with definitions in every form': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "require(['deps','bare','object','sugar','named/by','umd','self','undef','a/rel'],function(){trace.push([].slice.call(arguments).map(function(v){return typeof v==='function'?v():v}))})",
      'js/deps.js': `'use strict';define(['object','module'],function(o,module){${say('deps')}return [o.k,module.id,this===undefined]})`,
      'js/bare.js': `define(function(){${say('bare')}return 0})`,
      'js/object.js': 'define({"k":"v"});',
      'js/sugar.js': `define(function(require,exports,module){var o=require('object');if(false){require('late')}exports.id=module.id;exports.o=o;${say('sugar')}});`,
      'js/late.js': `define([],function(){${say('late')}});`,
      'js/named/by.js': `define('other',[],function(){return 'other'});define('named/by',['other'],function(o){${say('named')}return o+'!'});`,
      'js/umd.js': `(function(root,factory){if(typeof define==='function'&&define.amd){define(['object'],factory)}else{root.umd=factory()}}(this,function(o){${say('umd')}return function(){return o.k}}));`,
      'js/self.js': `define(['exports','require'],function(exports,require){${say('self')}exports.url=require.toUrl('./self.css').split('/').pop()});`,
      'js/undef.js': `define(['bare'],function(b){${say('undef')}});`,
      'js/a/rel.js': `define(['./b','../bare'],function(b,bare){${say('a/rel')}return b+bare});`,
      'js/a/b.js': `define(function(require){${say('a/b')}return require('../deps')[0]});`,
    },
  },
  'cycles, live exports and late requires': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "define(['a','c'],function(a,c){trace.push(a.b(),typeof c.seen,c.late().name)});",
      'js/a.js': `define(['b','exports'],function(b,exports){${say('a')}exports.b=function(){return b.name};exports.name='a'});`,
      'js/b.js': `define(['a'],function(a){${say('b')}return {name:'b',saw:typeof a}});`,
      'js/c.js': `define(['require','d'],function(require,d){${say('c')}return {name:'c',seen:d.c,late:d.late}});`,
      'js/d.js': `define(['require','c'],function(require,c){${say('d')}return {c:c,late:function(){return require('c')}}});`,
    },
  },
  'wrappers, and names that only look like define': {
    withoutRjs: 'it takes every define for the page’s',
    files: {
      'js/main.js':
        "define(['vars','param','local','node','ternary','global','passed','web','arrow'],function(){trace.push([].slice.call(arguments).map(function(v){return typeof v==='function'?v():v}))});",
      'js/dep.js': "define(function(){return 'dep'});",
      'js/vars.js': "var deps=['dep'];function make(d){return 'vars '+d}define(deps,make);",
      'js/param.js':
        "(function(define){define(['nothing'],'param')})(function(deps,value){window.Param=value});define(function(){return window.Param});",
      'js/local.js':
        "(function(){function define(name){return name+' local'}window.Local=define('a')})();define(function(){return window.Local});",
      'js/node.js':
        "(function(root,factory){if(typeof exports==='object'){module.exports=factory(require('dep'))}else if(typeof define==='function'&&define.amd){define(['dep'],factory)}else{root.Node=factory(root.Dep)}}(this,function(d){return 'node '+d}));",
      'js/ternary.js':
        "!function(e,t){'object'==typeof exports&&'undefined'!=typeof module?t(exports):'function'==typeof define&&define.amd?define(['exports'],t):t((e=e||self).lib={})}(this,function(e){'use strict';e.name='ternary'});",
      'js/global.js':
        "(function(global,factory){factory(global)})(window,function(w){var lib={v:'global'};if(typeof define==='function'&&define.amd){define('global',[],function(){return lib})}w.Lib=lib});",
      'js/passed.js':
        "(function(define){define(function(require,exports){exports.d='passed '+require('dep')})})(typeof define==='function'&&define.amd?define:function(f){module.exports=f(require)});",
      'js/web.js':
        "(function(root,factory){typeof define==='function'&&define['amd']?define('web',['dep'],function(d){return factory(root,d)}):root.Web=factory(root)})(typeof window!=='undefined'?window:this,function(w,d){return typeof w.document+' '+d});",
      'js/arrow.js': "define(['dep'],(d)=>'arrow '+d);",
    },
  },
  'values of every kind': {
    withoutRjs: 'it names no module whose value is made by a call',
    files: {
      'js/main.js': `define(['v/undef','v/zero','v/empty','v/false','v/null','v/nan','v/fn','v/esm','v/date','v/early','v/given','v/this','v/count','v/both','v/replaced','v/frozen'],function(){
        trace.push([].slice.call(arguments).map(function(v){return [typeof v,Object.prototype.toString.call(v),typeof v==='function'?v.length:String(v),v&&typeof v==='object'?Object.keys(v):'']}));
        trace.push([].slice.call(arguments).length,arguments[6](2),arguments[6].prop,arguments[7].default)});`,
      'js/v/undef.js': 'define(function(){});',
      'js/v/zero.js': 'define(function(){return 0});',
      'js/v/empty.js': "define([],function(){return ''});",
      'js/v/false.js': 'define(function(){return false});',
      'js/v/null.js': 'define(function(){return null});',
      'js/v/nan.js': 'define(function(){return NaN});',
      'js/v/fn.js': 'define(function(){function f(n){return n*2}f.prop=1;return f});',
      'js/v/esm.js':
        "define(['exports'],function(exports){Object.defineProperty(exports,'__esModule',{value:true});exports.default='default'});",
      'js/v/date.js': 'define(function(){return new Date(0)});',
      'js/v/early.js':
        "define(['v/zero'],function(zero){if(zero===0)return 'early';return 'late'});",
      'js/v/given.js': "define(['v/zero','v/fn'],function(a,b){a=b;b=3;a=a(b);return a});",
      'js/v/this.js': 'define(function(){return this===window});',
      'js/v/count.js': "define(['v/zero','v/zero','v/null'],function(){return arguments.length});",
      'js/v/both.js': "define(['exports'],function(exports){exports.a=1;return {b:2}});",
      'js/v/replaced.js':
        "define(function(require,exports,module){exports.a=1;module.exports='replaced'});",
      'js/v/frozen.js': 'define(Object.freeze({f:1}));',
    },
  },
  'sources for sloppy mode only': {
    config: "{shim:{old:{exports:'Old'}}}",
    files: {
      'js/main.js':
        "require.config(CONFIG);require(['sloppy','old','both'],function(s,o,b){trace.push(s,o,b,typeof Hoisted,undeclared)});",
      'js/sloppy.js':
        'define(function(){with({a:1}){undeclared=a}function twice(a,a){return a}var x=010;delete x;return [x,twice(1,2),this===window,typeof arguments.callee,(function(){return this===window})()]});',
      'js/old.js': "with({deep:'old'}){Old=deep+010}function Hoisted(){}",
      'js/both.js':
        "define(['sloppy'],function(s){'use strict';return [(function(){return this===undefined})(),s[0]]});",
    },
  },
  'CommonJS forms: a renamed require, requires in branches and in functions': {
    files: {
      'js/main.js':
        "define(['require','b','d'],function(require){require(['a'],function(a){trace.push(a.list,a.later(),require.defined('c'))})});",
      'js/a.js': `define(function(need,out,own){${say('a')}var list=[need('b')];if(own.id==='x'){list.push(need('./c'))}
        function later(){return need('d').d}out.list=list;out.later=later});`,
      'js/b.js': `define(function(require,exports,module){${say('b')}if(false){require('c')}module.exports='b in '+module.id});`,
      'js/c.js': `define(function(require){${say('c')}return 'c'});`,
      'js/d.js': `define(function(require,exports){${say('d')}exports.d=require('b')});`,
    },
  },
}

describe('unbuilt, in development, after r.js and after our build:', () => {
  test.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, one) => {
    await expectSameInAllWays(one)
  })
})
