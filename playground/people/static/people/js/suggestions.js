define([
  './users',
  'app/labels',
  'app/settings',
  't/suggestions.template',
  't/suggestion.template',
  't/avatar.template'
], function (people, labels, settings, template, row, avatar) {
  return {
    show: function ($el) {
      var users = new people.Users()
      return users.fetch().then(function () {
        var others = users.filter(function (user) {
          return user.id !== settings.user
        })
        var view = {
          labels: labels,
          users: others.slice(0, 4).map(function (user) {
            return user.view()
          })
        }
        $el.html(template.render(view, { row: row, avatar: avatar }))
      })
    }
  }
})
