// A member. The other half of the cycle with feed/post.
define(function (require, exports) {
  var Backbone = require('backbone')
  var url = require('util/url')
  var feed = require('feed/post')

  exports.User = Backbone.Model.extend({
    idAttribute: 'username',

    view: function () {
      var user = this.toJSON()
      user.url = url.member(user.username)
      return user
    },

    /** A post of this member, not yet sent. */
    draft: function (text) {
      return new feed.Post({ author: this.toJSON(), text: text, created: new Date().toISOString() })
    }
  })
})
