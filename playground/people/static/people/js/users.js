define(['exports', 'backbone', './user', 'app/api'], function (exports, Backbone, people, api) {
  exports.Users = Backbone.Collection.extend({
    model: people.User,

    fetch: function () {
      var self = this
      return api.get('/users').then(function (answer) {
        self.reset(answer.users)
      })
    }
  })
})
