// The JSON API lives on a host of its own and wants the visitor's cookie.
define(['jquery', './settings'], function ($, settings) {
  function url(path) {
    return settings.api + path
  }

  function call(method, path, data) {
    return $.ajax({
      url: url(path),
      type: method,
      data: method === 'GET' ? data : JSON.stringify(data || {}),
      contentType: 'application/json',
      dataType: 'json',
      xhrFields: { withCredentials: true }
    })
  }

  return {
    url: url,
    get: function (path, data) {
      return call('GET', path, data)
    },
    post: function (path, data) {
      return call('POST', path, data)
    }
  }
})
