// What the Django template told us by require.config({config: {'app/settings': …}}).
define(['module'], function (module) {
  var config = module.config()
  return {
    api: config.api || '/api',
    www: config.www || '',
    page: config.page || '',
    user: config.user || null,
    author: config.author || null
  }
})
