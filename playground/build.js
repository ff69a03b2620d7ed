// node_modules/.bin/r.js -o build.js: the layers of the site, out of the tree that legacy/Makefile collects.
({
  appDir: 'legacy/build/static',
  baseUrl: 'main/js',
  dir: 'legacy/build/optimized',
  mainConfigFile: 'media/main/js/config.js',
  paths: { gettext: 'empty:' },
  optimize: 'uglify',
  optimizeCss: 'none',
  skipDirOptimize: true,
  modules: [
    // What every page needs.
    { name: 'common', include: ['text', 'app/labels', 'app/api', 'ui/dialog', 't/avatar.template'] },
    // One layer for each kind of page.
    { name: 'main', include: ['app/home'], exclude: ['common'] },
    { name: 'profile', include: ['people/page'], exclude: ['common'] }
  ]
})
