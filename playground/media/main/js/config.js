// Where the modules are. Loaded by main, profile and widget first of all, and by some pages as a plain script.
require.config({
  paths: {
    // Libraries: `npm run vendor` puts them there.
    jquery: '../../lib/jquery',
    underscore: '../../lib/underscore',
    backbone: '../../lib/backbone',
    hogan: '../../lib/hogan',
    text: '../../lib/text',
    // No AMD in this one: see shim.
    strftime: 'legacy/strftime',
    // Templates: x.template.mustache becomes t/x.template.
    t: '../t',
    // The Django apps' own scripts.
    feed: '../../feed/js',
    people: '../../people/js',
    // Django's catalogue of translations, on the page's own host.
    gettext: '/jsi18n/'
  },
  packages: [{ name: 'emoji', location: 'pkg/emoji', main: 'index' }],
  map: {
    // hulk writes "hogan.js" into what it makes.
    '*': { 'hogan.js': 'hogan' },
    // A shared link stays plain text.
    'feed/share': { 'util/format': 'util/format-plain' }
  },
  shim: {
    gettext: { exports: 'gettext' },
    strftime: { exports: 'Strftime' }
  },
  config: {
    // The cdn host allows it (CORS), so text! need not go without XMLHttpRequest.
    text: {
      useXhr: function () {
        return true
      }
    }
  }
})
