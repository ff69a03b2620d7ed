// A post knows its author, and an author knows their posts: see people/user.
define(['exports', 'backbone', 'people/user', 'util/time', 'util/format', 'app/api'], function (
  exports,
  Backbone,
  people,
  time,
  format,
  api
) {
  exports.Post = Backbone.Model.extend({
    author: function () {
      return new people.User(this.get('author'))
    },

    /** What the template shows. */
    view: function () {
      var post = this.toJSON()
      post.author = this.author().view()
      post.html = format(post.text)
      post.ago = time.ago(post.created)
      post.time = time.full(post.created)
      return post
    },

    like: function () {
      var self = this
      return api.post('/posts/' + this.id + '/like').then(function (answer) {
        self.set(answer.post)
      })
    }
  })
})
