define(['jquery', 'app/settings', 'app/api', 'app/ready', 'feed/posts', 'feed/list', './user', './header', 'live/stream'], function (
  $,
  settings,
  api,
  ready,
  feed,
  List,
  people,
  Header,
  stream
) {
  var posts = new feed.Posts()
  var list = new List({ el: '#feed', collection: posts })

  stream.on('post', function (post) {
    if (post.author.username === settings.author) posts.add(post, { at: 0, merge: true })
  })

  $.when(api.get('/users/' + settings.author), posts.fetch()).then(function (answer) {
    new Header({ el: '#profile', model: new people.User(answer[0].user) }).render()
    list.settle()
    ready('profile')
  })
})
