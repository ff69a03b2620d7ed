define([
  'jquery',
  'app/settings',
  'app/ready',
  'feed/posts',
  'feed/list',
  'feed/composer',
  'people/suggestions',
  'ui/tips',
  'live/stream'
], function ($, settings, ready, posts, List, Composer, suggestions, tips, stream) {
  var feed = new posts.Posts()
  var list = new List({ el: '#feed', collection: feed })

  if (settings.user) new Composer({ el: '#composer', collection: feed })
  tips.show($('#tip'))
  stream.on('post', function (post) {
    feed.add(post, { at: 0, merge: true })
  })

  $.when(feed.fetch(), suggestions.show($('#suggestions'))).then(function () {
    list.settle()
    ready('home')
  })
})
