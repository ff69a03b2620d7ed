/** Keys of r.js build files, each with sources that behave differently where it is not honoured. */
import { almond, type ScriptTag } from './page.ts'

/** A site that is built with some keys, and the page that shows what came of it. */
export interface Case {
  /** Keys of the build file besides `appDir`, `baseUrl` and `dir`. */
  readonly keys: string
  readonly files: Readonly<Record<string, string>>
  readonly page?: readonly ScriptTag[]
}

const say = (what: string): string => `trace.push(${JSON.stringify(what)});`

/** Builds of layers (`modules`); where no page is told, it has `data-main`. */
export const layers: Readonly<Record<string, Case>> = {
  'pragmas, when a source is read and when it is written': {
    keys: "pragmas:{slim:true},pragmasOnSave:{saved:true},modules:[{name:'main'}]",
    files: {
      'js/main.js': `define(['a'
//>>excludeStart('slim', pragmas.slim);
,'left'
//>>excludeEnd('slim');
],function(a){
//>>excludeStart('saved', pragmas.saved);
trace.push('unsaved');
//>>excludeEnd('saved');
//>>includeStart("saved", pragmas.saved)
trace.push('saved');
//>>includeEnd("saved")
trace.push(a,require.specified('b'))});`,
      'js/a.js': `define(function(require){
//>>excludeStart('saved', pragmas.saved)
var b=require('b');
//>>excludeEnd('saved')
return 'a'});`,
      'js/b.js': "define(function(){return 'b'});",
      'js/left.js': `define(function(){${say('left')}});`,
    },
  },
  skipPragmas: {
    keys: "skipPragmas:true,pragmas:{slim:true},modules:[{name:'main'}]",
    files: {
      'js/main.js': `define([],function(){
//>>excludeStart('slim', pragmas.slim);
trace.push('here');
//>>excludeEnd('slim');
trace.push('end')});`,
    },
  },
  'has tests, and dependencies behind them': {
    keys: "has:{old:false,modern:true},findNestedDependencies:true,modules:[{name:'main'}]",
    files: {
      'js/main.js': `define(['require'],function(require){
function has(name){return 'asked '+name}
trace.push(has('other'));
if(has('old')){require(['gone'],function(){trace.push('gone')})}else{trace.push('not old')}
if (has( 'modern' )) { require(['kept'],function(k){trace.push(k)}) }
trace.push(require.specified('gone'),require.specified('kept'))});`,
      'js/gone.js': 'define({});',
      'js/kept.js': "define(function(){return 'kept'});",
    },
  },
  'has tests that are answered when a module is written': {
    keys: "hasOnSave:{late:true,never:false},findNestedDependencies:true,modules:[{name:'main'}]",
    files: {
      'js/main.js': `define(['require'],function(require){
function has(name){return 'asked '+name}
trace.push(has('other'),has("late"));
if(has('never')){require(['held'],function(){trace.push('never')})}
trace.push(require.specified('held'))});`,
      'js/held.js': 'define({});',
    },
  },
  'overrides of one layer': {
    keys: `pragmas:{a:true,b:false},stubModules:['stubbed'],modules:[{name:'main',exclude:['other']},
      {name:'other',stubModules:['second'],override:{pragmas:{b:true},optimize:'none',wrap:{start:"trace.push('start');",end:"trace.push('end');"},paths:{moved:'there/moved'}}}]`,
    files: {
      'js/main.js': `define(['other','stubbed'],function(o,s){
//>>includeStart('b', pragmas.b);
trace.push('never');
//>>includeEnd('b');
trace.push(o,s)});`,
      'js/other.js': `define(['stubbed','second','moved'],function(s,t,m){
//>>includeStart('a', pragmas.a && pragmas.b);
trace.push('both');
//>>includeEnd('a');
return [s,t,m]});`,
      'js/stubbed.js': 'define({real:1});',
      'js/second.js': 'define({real:2});',
      'js/moved.js': "define(function(){return 'not moved'});",
      'js/there/moved.js': "define(function(){return 'moved'});",
    },
  },
  'wrap around every layer': {
    keys: "wrap:{start:'(function(page){page.trace.push(\"in\");',end:'})(window);'},modules:[{name:'common'},{name:'main',exclude:['common']}]",
    files: {
      'js/main.js': `define(['common'],function(c){trace.push(c)});`,
      'js/common.js': `define(function(){return 'common'});`,
    },
  },
  'shimmed scripts in factories': {
    keys: "mainConfigFile:'www/js/main.js',wrapShim:true,modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "require.config({shim:{plain:{deps:['amd'],exports:'Plain'},late:{deps:['plain'],exports:'Deep.late',init:function(p){return p+'!'}},bare:['late']}});require(['plain','late','bare'],function(p,l,b){trace.push(p,l,typeof b,typeof window.Inner,window.Plain)});",
      'js/amd.js': `define(function(){${say('amd')}window.Amd='set by amd';return 1});`,
      'js/plain.js': `var Plain='plain after '+window.Amd;var Inner=1;${say('plain')}`,
      'js/late.js': `var Deep={late:'deep'};${say('late')} // a comment at the end`,
      'js/bare.js': `trace.push('bare',this===window)`,
    },
  },
  'raw text': {
    keys: `rawText:{'made/up':"define(['./more'],function(m){return 'made '+m})",'made/more':"define(function(){return 'more'})",stands:"define(function(){return 'stands in'})"},modules:[{name:'main'}]`,
    files: {
      'js/main.js': `define(['made/up','stands'],function(m,s){trace.push(m,s)});`,
      'js/stands.js': `define(function(){return 'a file'});`,
      'js/made/up.js': 'define({});',
      'js/made/more.js': 'define({});',
    },
  },
  'CommonJS files': {
    keys: "cjsTranslate:true,mainConfigFile:'www/js/main.js',modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "require.config({shim:{shimmed:{exports:'Shimmed'}}});require(['a','names','amd','shimmed'],function(a,n,m,s){trace.push(a,n,m,s)});",
      'js/a.js': "var b = require('./b');\nexports.a = 'a' + b.value;\n",
      'js/b.js': "module.exports = { value: 'b' };",
      'js/names.js': 'exports.dir = typeof __dirname + __filename.length',
      'js/amd.js': 'define(function(require,exports,module){exports.amd=module.id});',
      'js/shimmed.js': "var Shimmed = 'shimmed', exports; if (exports) exports.x = 1;",
    },
  },
  'the stanza of amdefine': {
    keys: "modules:[{name:'main'}]",
    files: {
      'js/main.js': "define(['a','b'],function(a,b){trace.push(a,b)});",
      'js/a.js':
        "'use strict';\nif (typeof define !== 'function') { var define = require('amdefine')(module) }\ndefine(function(require){return 'a'});",
      'js/b.js':
        "if (typeof define !== 'function') {\n    var define = require('amdefine')(module);\n}\ndefine(['a'],function(a){return 'b'+a});",
    },
  },
  'the stanza of amdefine, kept': {
    keys: "keepAmdefine:true,modules:[{name:'main'}]",
    files: {
      'js/main.js': "define(['b'],function(b){trace.push(b)});",
      'js/b.js':
        "if (typeof define !== 'function') {\n    var define = require('amdefine')(module);\n}\ndefine(function(){return 'b'});",
    },
  },
  'strict sources': {
    keys: "useStrict:true,modules:[{name:'main'}]",
    files: {
      'js/main.js': "define(['a','b'],function(a,b){trace.push(a,b)});",
      'js/a.js': "'use strict';\ndefine(function(){return this===undefined});",
      'js/b.js':
        "define(function(){\n'use strict';\nreturn (function(){return this===undefined})()});",
    },
  },
  'options of the minifier': {
    keys: "uglify:{output:{ascii_only:true},compress:{drop_console:true,drop_debugger:true},mangle:false},modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "define([],function(){console.debug(trace.push('logged'));var grün='ü😀\\u2028';trace.push(grün,/ü+/.test('müü'),{ä:1}.ä)});",
    },
  },
  'a namespace': {
    keys: "namespace:'site',mainConfigFile:'www/js/main.js',modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "requirejs.config({waitSeconds:3,shim:{old:{exports:'Old'}}});require(['a','sugar','umd','self','old','text!t.txt'],function(a,s,u,f,o,t){trace.push(a,s,u(),f,o,t,typeof window.require,typeof window.define,window.requirejs)});",
      'js/a.js': "define(['module'],function(module){return module.id});",
      'js/sugar.js':
        "define(function(require,exports,module){var a=require('a');exports.a=a;exports.url=require.toUrl('./x.css').length>0});",
      'js/umd.js':
        "(function(root,factory){if(typeof define==='function'&&define.amd){define(['a'],factory)}else{root.umd=factory}})(this,function(a){return function(){return 'umd '+a}});",
      'js/self.js':
        "define('self',['require','a'],function(require,a){var define=a;return {define:define,require:typeof require('a')}});",
      'js/old.js': "var Old={require:1}.require+'old';",
      'js/t.txt': 'define(["text"])',
    },
    page: [{ src: 'js/lib/require.js', main: 'js/main' }],
  },
  'a bundles configuration in the first file': {
    keys: "mainConfigFile:'www/js/main.js',bundlesConfigOutFile:'js/main.js',modules:[{name:'main',exclude:['parts']},{name:'parts',create:true,include:['p/a','p/b','text!p/c.txt']}]",
    files: {
      'js/main.js':
        "requirejs.config({waitSeconds:3,bundles:{none:['nothing']}});require(['p/b','text!p/c.txt'],function(b,c){trace.push(b,c,require.specified('parts'))});",
      'js/parts.js': 'define({});',
      'js/p/a.js': `define(function(){${say('a')}return 'a'});`,
      'js/p/b.js': `define(['./a'],function(a){${say('b')}return 'b'+a});`,
      'js/p/c.txt': 'c',
    },
  },
  'two main configuration files': {
    keys: "mainConfigFile:['www/js/one.js','www/js/two.js'],paths:{third:'three'},modules:[{name:'main'}]",
    files: {
      'js/one.js':
        "require.config({paths:{a:'wrong',b:'lib/b'},shim:{b:{exports:'B'}},map:{'*':{x:'a'}}});",
      'js/two.js': "require.config({paths:{a:'lib/a'},map:{'lib':{y:'a'},'*':{z:'b'}}});",
      'js/main.js':
        "require.config({paths:{a:'lib/a',b:'lib/b',third:'three'},shim:{b:{exports:'B'}},map:{'*':{x:'a',z:'b'}}});require(['x','z','third'],function(a,b,c){trace.push(a,b,c)});",
      'js/lib/a.js': "define(function(){return 'a'});",
      'js/lib/b.js': "var B='b';",
      'js/three.js': "define(function(){return 'three'});",
    },
  },
  'paths of the build file that are no paths of the page': {
    keys: "paths:{outer:'empty:',inner:'deep/inner'},modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "require.config({paths:{outer:'elsewhere/outer'}});require(['outer','inner'],function(o,i){trace.push(o,i)});",
      'js/deep/inner.js': "define(['outer'],function(o){return 'inner of '+o});",
      'js/inner.js': "define(['outer'],function(o){return 'inner of '+o});",
      'js/elsewhere/outer.js': "define(function(){return 'outer'});",
    },
  },
  'a renamed require, in branches that never run and in one that does': {
    keys: "include:[],modules:[{name:'main',include:['later']}]",
    files: {
      'js/main.js':
        "define(['a'],function(a){trace.push(a,require.specified('later'),require.defined('later'))});",
      'js/a.js':
        "define(function(r,e,m){if(false){r('later')}try{r('later')}catch(error){e.error=error.requireType}e.id=m.id});",
      'js/later.js': `define(function(){${say('later')}});`,
    },
  },
  'layers above baseUrl, and an id that is relative to the page': {
    keys: "baseUrl:'js/lib',mainConfigFile:'www/js/common.js',modules:[{name:'../common',include:['x','app/shared']},{name:'../page',include:['app/one'],exclude:['../common']}]",
    files: {
      'js/common.js': "requirejs.config({baseUrl:'js/lib',paths:{app:'../app'}});",
      'js/page.js':
        "requirejs(['./common'],function(c){trace.push(typeof c);requirejs(['app/one'])});",
      'js/lib/x.js': `define(function(){${say('x')}return 'x'});`,
      'js/app/shared.js': "define(['x'],function(x){return 'shared '+x});",
      'js/app/one.js': "define(['./shared','x'],function(s,x){trace.push(s,x)});",
    },
    page: [{ src: 'js/lib/require.js', main: 'js/page' }],
  },
  'a layer with one module that configures': {
    keys: "mainConfigFile:'www/js/main.js',modules:[{name:'main',exclude:['rest']},{name:'rest',create:true,include:['setup','a']}]",
    files: {
      'js/main.js':
        "require.config({paths:{b:'deep/b'}});require(['setup'],function(s){trace.push(s);require(['a'],function(a){trace.push(a,require.toUrl('c.js').indexOf('there')>0)})});",
      'js/rest.js': 'define({});',
      'js/setup.js': `require.config({paths:{c:'there/c'}});define(['b'],function(b){${say('setup')}return 'setup '+b});`,
      'js/a.js': `define(function(){${say('a')}return 'a'});`,
      'js/deep/b.js': "define(function(){return 'b'});",
    },
  },
  'a second configuration in the main configuration file': {
    keys: "mainConfigFile:'www/js/main.js',modules:[{name:'main'}]",
    files: {
      'js/main.js':
        "require.config({paths:{a:'lib/a'}});require(['a'],function(a){trace.push(a)});if(window.never){require.config({paths:{a:'nowhere'}})}",
      'js/lib/a.js': "define(function(){return 'a'});",
    },
  },
  'a module that is left without a definition': {
    keys: "skipModuleInsertion:true,modules:[{name:'main'}]",
    files: {
      'js/main.js': "require(['a'],function(a){trace.push(a)});",
      'js/a.js': "define(function(){return 'a'});",
    },
  },
}

/** Single files, each page with what stands before and after the built one. */
export const scripts: Readonly<Record<string, Case>> = {
  'a namespace around require.js': {
    keys: "name:'lib/require',include:['main'],insertRequire:['main'],namespace:'site'",
    files: {
      'js/main.js':
        "define(['a'],function(a){trace.push(a,typeof window.require,typeof window.define)});",
      'js/a.js': "define(function(require){return 'a'+typeof require.toUrl});",
    },
    page: [{ text: 'define=function(){throw 1}' }, {}],
  },
  'a loader that is included late': {
    keys: "paths:{loader:'lib/require'},include:['main','loader'],insertRequire:['main']",
    files: {
      'js/main.js': "define(['a'],function(a){trace.push(a)});",
      'js/a.js': 'define({a:1});',
    },
    page: [{}],
  },
  'shimmed scripts in factories': {
    keys: "name:'almond',include:['main'],insertRequire:['main'],wrapShim:true,shim:{old:{deps:['amd'],exports:'Old'},older:{deps:['old']}}",
    files: {
      'js/almond.js': almond,
      'js/main.js': "define(['old','older'],function(o,x){trace.push(o,window.Old,typeof x)});",
      'js/amd.js': "define(function(){window.Amd=1;return 'amd'});",
      'js/old.js': "var Old='old '+window.Amd;",
      'js/older.js': "trace.push('older '+window.Old)",
    },
    page: [{}],
  },
  'a locale, raw text and wrapping': {
    keys: "name:'almond',include:['main'],insertRequire:['main'],wrap:true,locale:'en-us',rawText:{extra:'define([],function(){return 3})'}",
    files: {
      'js/almond.js': almond,
      'js/main.js': "define(['extra'],function(e){trace.push(e,typeof window.define)});",
    },
    page: [{}],
  },
}
