// The top of a member's page.
define([
  'backbone',
  './badges',
  't/profile-header.template',
  't/avatar.template',
  't/badge.template',
  'app/labels'
], function (Backbone, badges, template, avatar, badge, labels) {
  return Backbone.View.extend({
    render: function () {
      var view = this.model.view()
      view.labels = labels
      view.badges = badges(this.model)
      this.$el.html(template.render(view, { avatar: avatar, badge: badge }))
      return this
    }
  })
})
