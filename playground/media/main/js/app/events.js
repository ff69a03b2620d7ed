// One place for what happens on the page.
define(function (require, exports, module) {
  var _ = require('underscore')
  var Backbone = require('backbone')

  module.exports = _.extend({}, Backbone.Events)
})
