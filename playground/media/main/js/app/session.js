// Who is signed in, asked of the API once.
define(['exports', './api'], function (exports, api) {
  var asked

  exports.me = function () {
    if (!asked) asked = api.get('/me')
    return asked.then(function (answer) {
      return answer.user
    })
  }
})
