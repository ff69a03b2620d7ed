// Post text for places without HTML.
define(['emoji'], function (emoji) {
  return function (text) {
    return emoji.replace(String(text)).replace(/\s+/g, ' ')
  }
})
