// A member in a small window. Loaded when somebody clicks on a face.
define(['ui/dialog', './badges', 't/user-card.template', 't/avatar.template', 't/badge.template', 'app/labels'], function (
  dialog,
  badges,
  template,
  avatar,
  badge,
  labels
) {
  return {
    open: function (user) {
      var view = user.view()
      view.badges = badges(user)
      view.labels = labels
      dialog.open(view.name, template.render(view, { avatar: avatar, badge: badge }))
    }
  }
})
