/** What configurations say, in sources, in build files and in pages. */
import { describe, test } from 'vitest'
import { expectSameInAllWays, say, type Case } from './ways.ts'

const cases: Readonly<Record<string, Case>> = {
  'paths, packages, map and text': {
    modules: "[{name:'main'}]",
    config:
      "{paths:{lib:'vendor/lib-1.0'},packages:['pkg',{name:'other',location:'vendor/other',main:'start'}],map:{'*':{old:'new'},'new':{old:'old'}},config:{conf:{n:42}}}",
    files: {
      'js/main.js':
        "require.config(CONFIG);require(['lib','pkg','other','pkg/sub','user','conf','text!t/a.html','text!t/b.html!strip','tree/leaf'],function(){trace.push([].slice.call(arguments))})",
      'js/vendor/lib-1.0.js': `define(function(){${say('lib')}return 'lib'});`,
      'js/pkg/main.js': `define(['./sub','module'],function(s,m){${say('pkg')}return m.id+s});`,
      'js/pkg/sub.js': `define(['module'],function(m){return m.id});`,
      'js/vendor/other/start.js': `define(['./more','module'],function(more,m){return m.id+more});`,
      'js/vendor/other/more.js': `define(['module'],function(m){return m.id});`,
      'js/user.js': `define(['old'],function(old){return old});`,
      'js/new.js': `define(['old','module'],function(old,m){return m.id+' over '+old});`,
      'js/old.js': `define(function(){return 'old'});`,
      'js/conf.js': `define(['module'],function(m){return m.config().n});`,
      'js/tree/leaf.js': `define(['text!./leaf.html','text!../t/a.html'],function(a,b){return a+b});`,
      'js/tree/leaf.html': '<b>"leaf"\u2028</b>\n',
      'js/t/a.html': "<i>it's `a` ${x}</i>",
      'js/t/b.html': '<html><body class="x">\n<p>b</p>\n</body></html>',
    },
  },
  'shimmed scripts': {
    modules: "[{name:'main'}]",
    config:
      "{shim:{first:{exports:'First.deep'},second:{deps:['first'],exports:'Second'},plain:['second','amd'],inited:{deps:['amd'],exports:'Inited',init:function(amd){return window.Inited+amd}}}}",
    files: {
      'js/main.js':
        "require.config(CONFIG);require(['second','first','plain','inited','user'],function(){trace.push([].slice.call(arguments))})",
      'js/first.js': 'var First={deep:"deep"};trace.push("first",this===window);',
      'js/second.js': 'Second="second"+First.deep;trace.push("second");',
      'js/plain.js': 'trace.push("plain "+Second);',
      'js/inited.js': 'window.Inited="inited";',
      'js/amd.js': "define(function(){return 'amd'});",
      'js/user.js': "define(['first','amd'],function(f,a){return f+a});",
    },
  },
  'a page that configures itself inline': {
    keys: "paths:{lib:'vendor/lib'},packages:['pkg'],map:{'*':{old:'new'}},config:{conf:{n:1}},shim:{plain:{deps:['lib'],exports:'Plain.deep',init:function(l){return [Plain.deep,l]}}}",
    page: [
      { src: 'js/lib/require.js' },
      {
        text: `require.config({baseUrl:'js',paths:{lib:'vendor/lib'},packages:['pkg'],map:{'*':{old:'new'}},config:{conf:{n:7}},
          shim:{plain:{deps:['lib'],exports:'Plain.deep',init:function(l){return [Plain.deep,l]}}}})`,
      },
      { text: "require(['main','conf','plain'],function(m,c,p){trace.push(m,c,p)})" },
    ],
    files: {
      'js/main.js': `define(['lib','pkg','old'],function(l,p,o){${say('main')}return [l,p,o]});`,
      'js/vendor/lib.js': `define(['module'],function(m){return m.id});`,
      'js/pkg/main.js': `define(['./part'],function(p){return 'pkg '+p});`,
      'js/pkg/part.js': `define(['module'],function(m){return m.id});`,
      'js/new.js': `define(function(){return 'new'});`,
      'js/conf.js': `define(['module'],function(m){return m.config()});`,
      'js/plain.js': `var Plain={deep:'deep'};`,
    },
  },
  'what a server makes, absolute paths and fallbacks': {
    withoutRjs: 'it takes an absolute path for one of a source file',
    keys: "paths:{view:'/server/view?lang=de',abs:'/server/abs',cdn:'empty:',one:'empty:'}",
    page: [
      {
        text: `var require={baseUrl:'js',waitSeconds:5,paths:{view:'/server/view?lang=de',abs:'/server/abs',cdn:['//cdn.test/none','http://cdn.test/no','/server/cdn'],one:['nowhere','vendor/one']},shim:{'http://page.test/server/plain.js':{exports:'Served'}}}`,
      },
      { src: 'js/lib/require.js' },
      {
        text: "require(['main','/server/direct.js','http://page.test/server/plain.js'],function(m,d,p){trace.push(m,typeof d,Direct,Served)})",
      },
    ],
    views: {
      'server/view': "define(['module','part'],function(m,p){trace.push('view');return m.id+p});",
      'server/abs.js': "define(['part'],function(p){trace.push('abs');return 'abs '+p});",
      'server/cdn.js': "define(function(){trace.push('cdn');return 'cdn'});",
      'server/direct.js': "Direct='direct';",
      'server/plain.js': "Served='served';",
    },
    files: {
      'js/main.js': `define(['view','abs','cdn','one'],function(v,a,c,o){${say('main')}return [v,a,c,o]});`,
      'js/part.js': `define(function(){${say('part')}return 'part'});`,
      'js/vendor/one.js': `define(function(){${say('one')}return 'one'});`,
    },
  },
  'deps and callback, bundles, enforceDefine, nodeIdCompat, urlArgs': {
    unordered: true,
    modules: "[{name:'main'},{name:'pack',create:true,include:['in/a','in/b']}]",
    keys: "nodeIdCompat:true,shim:{has:{exports:'HAS'}}",
    page: [
      {
        text: `var require={baseUrl:'js',urlArgs:'v=1',deps:['first'],callback:function(f){trace.push(['callback',f])},enforceDefine:true,nodeIdCompat:true,shim:{has:{exports:'HAS'},hasnot:{exports:'NOT'}}}`,
      },
      { src: 'js/lib/require.js' },
      {
        text: `requirejs.config({bundles:{pack:['in/a','in/b']}});
          require(['main','in/b'],function(m,b){trace.push(m,b);
            require(['has'+'not'],function(){trace.push('never')},function(e){trace.push(e.requireType,e.requireModules)})})`,
      },
    ],
    files: {
      'js/first.js': `define(function(){${say('first')}return 'first'});`,
      'js/main.js': `define(['helper.js','helper','has'],function(a,b,h){${say('main')}return [a===b,h]});`,
      'js/helper.js': `define(function(){${say('helper')}return {}});`,
      'js/has.js': `HAS='has';`,
      'js/hasnot.js': `window.nothing=1;`,
      // Unbuilt, the bundle is a file by hand.
      'js/pack.js': `define('in/a',function(){${say('in/a')}return 'a'});define('in/b',['in/a'],function(a){${say('in/b')}return 'b'+a});`,
      'js/in/a.js': `define(function(){${say('in/a')}return 'a'});`,
      'js/in/b.js': `define(['in/a'],function(a){${say('in/b')}return 'b'+a});`,
    },
  },
}

describe('unbuilt, in development, after r.js and after our build:', () => {
  test.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, one) => {
    await expectSameInAllWays(one)
  })
})
