// Tells the document that a page's scripts are done.
define(function () {
  return function (page) {
    document.documentElement.setAttribute('data-ready', page)
  }
})
