// The list of posts.
define(['backbone', 'underscore', './item', 'app/labels', 't/empty.template'], function (
  Backbone,
  _,
  Item,
  labels,
  empty
) {
  return Backbone.View.extend({
    initialize: function () {
      this.listenTo(this.collection, 'reset', this.renderAll)
      this.listenTo(this.collection, 'add', this.renderOne)
    },

    renderAll: function () {
      this.$el.empty()
      if (!this.collection.length) this.$el.html(empty.render({ labels: labels }))
      this.collection.each(function (post) {
        this.$el.append(this.item(post).el)
      }, this)
    },

    renderOne: function (post) {
      this.$('.empty').remove()
      this.$el.prepend(this.item(post).$el.addClass('fresh'))
    },

    item: function (post) {
      return new Item({ model: post }).render()
    },

    settle: function () {
      this.$el.attr('data-posts', this.collection.length)
    }
  })
})
