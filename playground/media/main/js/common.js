// What every page needs. Named, because some pages load it with a plain script tag.
define('common', ['jquery', 'underscore', 'backbone', 'hogan', 'strftime', 'app/events', 'util/time'], function (
  $,
  _,
  Backbone,
  Hogan,
  Strftime,
  events
) {
  return {
    events: events,
    versions: { jquery: $.fn.jquery, underscore: _.VERSION, backbone: Backbone.VERSION }
  }
})
