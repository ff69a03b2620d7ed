// On every page: one WebSocket to the activity host, and the newest post in the corner.
;(function () {
  var ticker = document.getElementById('ticker')
  if (!ticker || !window.WebSocket) return

  var text = ticker.querySelector('.ticker-text')
  var scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'

  function connect(pause) {
    var socket = new WebSocket(scheme + ticker.getAttribute('data-feed'))
    socket.onopen = function () {
      pause = 1000
      ticker.setAttribute('data-live', 'on')
    }
    socket.onmessage = function (message) {
      var news = JSON.parse(message.data)
      if (news.type === 'hello') {
        ticker.setAttribute('data-user', news.user ? news.user.username : '')
      } else if (news.type === 'post') {
        text.textContent = news.post.author.name + ': ' + news.post.text
        ticker.className = 'ticker ticker-news'
      }
      document.dispatchEvent(new CustomEvent('drund:news', { detail: news }))
    }
    socket.onclose = function () {
      ticker.setAttribute('data-live', 'off')
      setTimeout(function () {
        connect(Math.min(pause * 2, 30000))
      }, pause)
    }
  }

  connect(1000)
})()
