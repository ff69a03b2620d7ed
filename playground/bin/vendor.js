// Copies the libraries that npm installed to where the pages load them from: media/lib/.
'use strict'

var fs = require('fs')
var path = require('path')

var target = path.join(__dirname, '..', 'media', 'lib')

var FILES = {
  'jquery.js': 'jquery/dist/jquery.js',
  'underscore.js': 'underscore/underscore-umd.js',
  'backbone.js': 'backbone/backbone.js',
  'require.js': 'requirejs/require.js',
  'text.js': 'requirejs-text/text.js',
  'almond.js': 'almond/almond.js',
  'hogan.js': 'hogan.js/dist/hogan-3.0.2.amd.js',
}
var FOLDERS = { 'bootstrap/less': 'bootstrap/less', 'bootstrap/fonts': 'bootstrap/fonts' }

function find(name) {
  var packageName = name.split('/')[0]
  var paths = require.resolve.paths(packageName)
  for (var i = 0; i < paths.length; i++) {
    var candidate = path.join(paths[i], name)
    if (fs.existsSync(candidate)) return candidate
  }
  throw new Error(name + ' is not installed: run npm install first')
}

function write(file, content) {
  if (fs.existsSync(file) && fs.readFileSync(file).equals(content)) return
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  console.log('media/lib/' + path.relative(target, file).split(path.sep).join('/'))
}

function copyFolder(from, to) {
  fs.readdirSync(from).forEach(function (name) {
    var source = path.join(from, name)
    if (fs.statSync(source).isDirectory()) copyFolder(source, path.join(to, name))
    else if (name[0] !== '.') write(path.join(to, name), fs.readFileSync(source))
  })
}

Object.keys(FILES).forEach(function (name) {
  // The maps stay behind, so nothing may name them.
  var text = fs.readFileSync(find(FILES[name]), 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
  write(path.join(target, name), Buffer.from(text))
})
Object.keys(FOLDERS).forEach(function (name) {
  copyFolder(find(FOLDERS[name]), path.join(target, name))
})
