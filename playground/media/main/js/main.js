// The home page.
require(['config'], function () {
  require(['common'], function () {
    require(['app/home'])
  })
})
