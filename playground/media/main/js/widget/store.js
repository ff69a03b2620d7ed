define(['jquery'], function ($) {
  return {
    latest: function (api) {
      return $.getJSON(api + '/posts').then(function (answer) {
        return answer.posts.slice(0, 3)
      })
    }
  }
})
