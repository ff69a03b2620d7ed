// The box for other sites. build-widget.js makes one file of all of it.
require(['config'], function () {
  require(['widget/app'], function (app) {
    app.start(document.getElementById('drund-widget'))
  })
})
