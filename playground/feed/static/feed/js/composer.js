// The form for a new post. Without scripts it is a plain form to the same address.
define(['jquery', 'backbone', 'plugins/jquery.autosize'], function ($, Backbone) {
  var LONGEST = 500

  return Backbone.View.extend({
    events: {
      submit: 'send',
      'input textarea': 'count'
    },

    initialize: function () {
      this.$('textarea').autosize()
      this.count()
    },

    count: function () {
      this.$('.js-left').text(LONGEST - this.$('textarea').val().length)
    },

    send: function (event) {
      var self = this
      event.preventDefault()
      this.$('button').prop('disabled', true)
      return $.post(this.el.action, this.$el.serialize())
        .done(function (answer) {
          self.collection.add(answer.post, { at: 0, merge: true })
          self.$('textarea').val('').trigger('input')
        })
        .always(function () {
          self.$('button').prop('disabled', false)
        })
    }
  })
})
