// node_modules/.bin/r.js -o build-widget.js: the widget as one file that needs no RequireJS on the page.
({
  baseUrl: 'media/main/js',
  mainConfigFile: 'media/main/js/config.js',
  paths: { almond: '../../lib/almond', gettext: 'empty:' },
  name: 'almond',
  include: ['widget'],
  findNestedDependencies: true,
  wrap: true,
  optimize: 'uglify',
  out: 'media/main/js/widget.built.js'
})
