define(['app/settings'], function (settings) {
  return {
    member: function (name) {
      return settings.www + '/u/' + encodeURIComponent(name) + '/'
    },
    post: function (id) {
      return location.protocol + settings.www + '/#post-' + id
    }
  }
})
