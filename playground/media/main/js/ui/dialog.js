// A small window over the page.
define(function (require) {
  var $ = require('jquery')
  var template = require('t/dialog.template')
  var labels = require('app/labels')

  return {
    open: function (title, html) {
      this.close()
      var $dialog = $(template.render({ title: title, html: html, labels: labels })).appendTo('body')
      $dialog.on('click', '.js-close', this.close)
      $dialog.on('click', function (event) {
        if (event.target === this) $dialog.remove()
      })
      return $dialog
    },
    close: function () {
      $('.drund-dialog').remove()
    }
  }
})
