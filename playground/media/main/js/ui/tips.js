// One tip of the day, out of a text file.
define(['text!./tips.txt', 't/tip.template', 'app/labels', 'emoji'], function (text, template, labels, emoji) {
  var tips = text.split('\n').filter(function (line) {
    return line && line.charAt(0) !== '#'
  })

  return {
    all: tips,
    show: function ($el) {
      var tip = tips[new Date().getDate() % tips.length]
      $el.html(template.render({ labels: labels, text: emoji.replace(tip) }))
    }
  }
})
