// A textarea that grows with its text.
;(function (factory) {
  if (typeof define === 'function' && define.amd) {
    define(['jquery'], factory)
  } else if (typeof exports === 'object') {
    factory(require('jquery'))
  } else {
    factory(jQuery)
  }
})(function ($) {
  'use strict'

  $.fn.autosize = function () {
    return this.each(function () {
      var area = this
      function fit() {
        area.style.height = 'auto'
        area.style.height = area.scrollHeight + 2 + 'px'
      }
      $(area).on('input.autosize', fit).attr('data-autosize', 'on')
    })
  }
})
