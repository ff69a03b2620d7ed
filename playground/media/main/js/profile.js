// A member's page.
require(['config'], function () {
  require(['common'], function () {
    require(['people/page'])
  })
})
