// Times as people say them.
define(function (require, exports) {
  var Strftime = require('strftime')

  var STEPS = [
    [60, 's'],
    [60, 'min'],
    [24, 'h'],
    [7, 'd']
  ]

  exports.ago = function (iso, now) {
    var value = Math.max(0, ((now || new Date()) - new Date(iso)) / 1000)
    if (value < 5) return 'now'
    for (var i = 0; i < STEPS.length; i++) {
      if (value < STEPS[i][0]) return Math.floor(value) + ' ' + STEPS[i][1]
      value = value / STEPS[i][0]
    }
    return exports.full(iso)
  }

  exports.full = function (iso) {
    return Strftime.format('%d %b %Y, %H:%M', new Date(iso))
  }
})
