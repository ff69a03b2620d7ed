define([
  './store',
  'emoji',
  't/widget.template',
  't/widget-row.template',
  't/avatar.template'
], function (store, emoji, template, row, avatar) {
  return {
    start: function (element) {
      store.latest(element.getAttribute('data-api')).then(function (posts) {
        posts.forEach(function (post) {
          post.text = emoji.replace(post.text)
        })
        element.innerHTML = template.render(
          { title: element.getAttribute('data-title'), posts: posts },
          { row: row, avatar: avatar }
        )
        element.setAttribute('data-posts', posts.length)
        document.documentElement.setAttribute('data-ready', 'widget')
      })
    }
  }
})
