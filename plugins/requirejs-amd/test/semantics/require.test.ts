/** What pages and modules ask of `require`, and when what they ask for comes. */
import { describe, test } from 'vitest'
import { expectSameInAllWays, say, type Case } from './ways.ts'

const cases: Readonly<Record<string, Case>> = {
  'modules required late': {
    modules: "[{name:'main'}]",
    files: {
      'js/main.js':
        "define(['now'],function(now){trace.push('main');setTimeout(function(){require(['late/a'],function(a){trace.push(a);var n='b';require(['late/'+n],function(b){trace.push(b)},function(){trace.push('err')})})},1)});",
      'js/now.js': `define(function(){${say('now')}return {}});`,
      'js/late/a.js': `define(['now','./shared'],function(n,s){${say('late/a')}return 'a'+s});`,
      'js/late/b.js': `define(['./shared'],function(s){${say('late/b')}return 'b'+s});`,
      'js/late/shared.js': `define(function(){${say('late/shared')}return 's'});`,
    },
  },
  'a module that an application holds, wanted by a page without that application': {
    unordered: true,
    modules: "[{name:'main',include:['tool','started']},{name:'quiet',include:['part']}]",
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      { text: "require(['tool','part','started'],function(t,p){trace.push(t,p)})" },
    ],
    files: {
      'js/main.js': `require(['tool'],function(){${say('the application')}});`,
      'js/tool.js': `define(['text!./tool.txt'],function(t){${say('tool')}return 'tool '+t});`,
      'js/tool.txt': 'text',
      'js/started.js': `define('started',function(){${say('started')}});require(['tool'],function(){${say('start')}});`,
      'js/quiet.js': `define(['part'],function(){${say('quiet')}});`,
      'js/part.js': `define(function(){${say('part')}return 'part'});`,
    },
  },
  'an inline require after plain script tags': {
    modules: "[{name:'common',include:['x']},{name:'page',exclude:['common']}]",
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      {
        text: "require(['common'],function(){require(['page','x'],function(p,x){trace.push(p,x)})})",
      },
    ],
    files: {
      'js/common.js': `define(['x'],function(x){${say('common')}});`,
      'js/x.js': `define(function(){${say('x')}return 'x'});`,
      'js/page.js': `define(['x'],function(x){${say('page')}return 'page '+x});`,
    },
  },
  'what require knows and tells': {
    modules: "[{name:'main',include:['held']}]",
    files: {
      'js/main.js': `define(['require','module','sub/a'],function(require,module,a){
        trace.push(a.value,require('sub/a')===a,module.id,a.uri,require.defined('sub/a'),require.defined('held'),require.specified('sub/a'),require.specified('never'));
        try{require('held')}catch(e){trace.push(e.requireType)}
        require(['held'],function(h){
          trace.push(h,require('held'),requirejs('held'),window.require===window.requirejs,typeof define.amd);
          require(['gone'],function(){trace.push('never')},function(e){trace.push(e.requireType,e.requireModules);
            requirejs.undef('held');trace.push(require.defined('held'));
            var context=requirejs.s.contexts._;
            trace.push(context.config.baseUrl,typeof context.registry,Object.keys(context.defined).filter(function(id){return !/^_@r|[.][0-9a-f]{12}$/.test(id)}).sort())
          })
        })});`,
      'js/held.js': `define(['sub/a'],function(a){${say('held')}return 'held '+a.value});`,
      'js/sub/a.js': `define(function(require,exports,module){${say('sub/a')}exports.value=require.toUrl('./none.css').replace(/^.*js[/]/,'')+require.toUrl('up/../x.png').replace(/^.*js[/]/,'');exports.uri=module.uri.replace(/^.*js[/]/,'').replace(/[.][0-9a-f]{12}[.]/,'.')});`,
    },
  },
  'computed ids, and modules that are asked for twice': {
    unordered: true,
    files: {
      'js/main.js': `define(['require'],function(require){
        var names=['one','two'];
        require(names.map(function(n){return 'late/'+n}),function(one,two){trace.push(one,two);
          require(['late/'+names[0],'./late/two'],function(a,b){trace.push(a===one,b===two)})})});`,
      'js/late/one.js': `define(['./shared'],function(s){${say('one')}return {s:s}});`,
      'js/late/two.js': `define(['./shared'],function(s){${say('two')}return {s:s}});`,
      'js/late/shared.js': `define(function(){${say('shared')}return 's'});`,
    },
  },
  'errors that a page hears of': {
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      {
        text: `requirejs.onError=function(e){trace.push(['heard',e.requireType,e.requireModules,e.requireType?'':e.message])};
          require(['main'],function(){trace.push('never')});
          require(['g'+'one'],function(){trace.push('never')});`,
      },
    ],
    files: {
      'js/main.js': `define(['good','bad'],function(){trace.push('never')});`,
      'js/good.js': `define(function(){${say('good')}});`,
      'js/bad.js': `define(function(){${say('bad')}throw new Error('thrown')});`,
    },
  },
  'hooks of the loader, and contexts': {
    page: [
      { text: "var require={baseUrl:'js'}" },
      { src: 'js/lib/require.js' },
      {
        text: `var seen=[],ticks=0,context=requirejs.s.contexts._,tick=context.nextTick;
          requirejs.onResourceLoad=function(c,map,deps){if(c.contextName==='_'&&!/^_@r/.test(map.id))seen.push(map.id)};
          context.nextTick=function(run){ticks++;tick(run)};
          require(['main'],function(m){trace.push(m,seen.sort(),ticks>0);
            var other=requirejs.config({context:'other',baseUrl:'js/other'});
            other(['v','require'],function(v,own){trace.push(v,own.defined('v'),own.defined('main'),Object.keys(requirejs.s.contexts).sort())})});`,
      },
    ],
    files: {
      'js/main.js': `define(['a','v'],function(a,v){return [a,v]});`,
      'js/a.js': `define(function(){${say('a')}return 'a'});`,
      'js/v.js': `define(function(){${say('v')}return 'version 1'});`,
      'js/other/v.js': `define(function(){${say('other v')}return 'version 2'});`,
    },
  },
}

describe('unbuilt, in development, after r.js and after our build:', () => {
  test.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, one) => {
    await expectSameInAllWays(one)
  })
})
