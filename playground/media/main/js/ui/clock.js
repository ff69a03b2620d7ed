define(['jquery', 'strftime'], function ($, Strftime) {
  return function (selector) {
    var $el = $(selector)
    function tick() {
      $el.text(Strftime.format('%H:%M', new Date()))
    }
    tick()
    setInterval(tick, 10000)
    return $el
  }
})
