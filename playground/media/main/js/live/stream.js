// What the ticker (a plain script on every page) hears from the activity host, as Backbone events.
define(['underscore', 'backbone', 'app/events'], function (_, Backbone, events) {
  var stream = _.extend({}, Backbone.Events)

  document.addEventListener('drund:news', function (event) {
    var news = event.detail
    stream.trigger(news.type, news.post || news.user)
    events.trigger('news', news)
  })

  return stream
})
