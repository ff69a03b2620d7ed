// Post text as HTML: escaped, with links, mentions and emoji.
define(['underscore', 'emoji', './url'], function (_, emoji, url) {
  return function (text) {
    return emoji
      .replace(_.escape(text))
      .replace(/(^|\s)@([a-z][a-z0-9_]*)/g, function (match, space, name) {
        return space + '<a class="mention" href="' + url.member(name) + '">@' + name + '</a>'
      })
      .replace(/\n/g, '<br>')
  }
})
