// Sharing a post. Loaded when somebody clicks; util/format means the plain one here (see map).
define(['util/format', 'util/url', 'ui/dialog', 't/share.template', 'app/labels'], function (
  format,
  url,
  dialog,
  template,
  labels
) {
  return {
    open: function (post) {
      var text = format(post.get('text')) + ' ' + url.post(post.id)
      dialog.open(labels.share, template.render({ labels: labels, text: text }))
    }
  }
})
