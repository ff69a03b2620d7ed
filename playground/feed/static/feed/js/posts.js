define(['exports', 'backbone', './post', 'app/api', 'app/settings'], function (exports, Backbone, feed, api, settings) {
  exports.Posts = Backbone.Collection.extend({
    model: feed.Post,

    fetch: function () {
      var self = this
      return api.get('/posts', settings.author ? { author: settings.author } : {}).then(function (answer) {
        self.reset(answer.posts)
      })
    }
  })
})
