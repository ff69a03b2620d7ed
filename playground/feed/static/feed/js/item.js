// One post of the list.
define([
  'backbone',
  'app/labels',
  'app/session',
  'app/settings',
  't/post.template',
  't/avatar.template',
  't/actions.template',
  't/picture.template'
], function (Backbone, labels, session, settings, template, avatar, actions, picture) {
  return Backbone.View.extend({
    tagName: 'article',
    className: 'post card',

    events: {
      'click .js-like': 'like',
      'click .js-share': 'share',
      'click .js-card': 'card'
    },

    initialize: function () {
      this.listenTo(this.model, 'change', this.render)
    },

    render: function () {
      var view = this.model.view()
      view.labels = labels
      this.el.id = 'post-' + this.model.id
      this.$el.html(template.render(view, { avatar: avatar, actions: actions, picture: picture }))
      return this
    },

    like: function () {
      var post = this.model
      session.me().then(function (me) {
        if (me) post.like()
        else location.href = settings.www + '/login/'
      })
    },

    // Few people share: what it needs comes when somebody does.
    share: function () {
      var post = this.model
      require(['feed/share'], function (share) {
        share.open(post)
      })
    },

    card: function (event) {
      var author = this.model.author()
      event.preventDefault()
      require(['people/card'], function (card) {
        card.open(author)
      })
    }
  })
})
