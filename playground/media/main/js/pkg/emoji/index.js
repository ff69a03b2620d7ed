// :anchor: and its like.
define(['./table'], function (table) {
  return {
    names: Object.keys(table),
    replace: function (text) {
      return text.replace(/:([a-z]+):/g, function (match, name) {
        return Object.prototype.hasOwnProperty.call(table, name) ? table[name] : match
      })
    }
  }
})
