// The live feed: every open page holds a WebSocket to /feed, Django posts news to /publish.
'use strict'

var http = require('http')
var WebSocketServer = require('ws').WebSocketServer

// Made from m4/settings.json.m4, as Django's settings are from m4/settings.py.m4.
var settings = require('./settings.json')

var port = Number(process.env.ACTIVITY_PORT || settings.ports.activity)
var djangoPort = Number(process.env.DJANGO_PORT || settings.ports.django)
var domain = process.env.DRUND_DOMAIN || settings.domain

/** Asks the site's API who a session cookie belongs to. */
function whoIs(cookie, done) {
  var options = {
    host: '127.0.0.1',
    port: djangoPort,
    path: '/me',
    headers: { Host: 'api.' + domain, Cookie: cookie || '' },
    timeout: 5000,
  }
  var request = http.get(options, function (response) {
    var text = ''
    response.setEncoding('utf8')
    response.on('data', function (chunk) {
      text += chunk
    })
    response.on('end', function () {
      try {
        done(null, JSON.parse(text).user)
      } catch (error) {
        done(error)
      }
    })
  })
  request.on('timeout', function () {
    request.destroy(new Error('the API does not answer'))
  })
  request.on('error', done)
}

function isOwnHost(name) {
  return name === domain || name.slice(-domain.length - 1) === '.' + domain
}

function isOwnOrigin(origin) {
  try {
    return isOwnHost(new URL(origin).hostname)
  } catch {
    return false
  }
}

/** Only this machine publishes: what comes through the front names the public host. */
function isLocal(request) {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host || '')
}

function sendJson(request, response, status, value) {
  var headers = { 'Content-Type': 'application/json', Vary: 'Origin', 'Cache-Control': 'no-store' }
  if (isOwnOrigin(request.headers.origin)) {
    headers['Access-Control-Allow-Origin'] = request.headers.origin
    headers['Access-Control-Allow-Credentials'] = 'true'
  }
  response.writeHead(status, headers)
  response.end(JSON.stringify(value))
}

function readJson(request, done) {
  var text = ''
  request.setEncoding('utf8')
  request.on('data', function (chunk) {
    text += chunk
    if (text.length > 100000) request.destroy()
  })
  request.on('end', function () {
    try {
      done(null, JSON.parse(text))
    } catch (error) {
      done(error)
    }
  })
}

var server = http.createServer(function (request, response) {
  var path = request.url.split('?')[0]
  if (path === '/publish' && request.method === 'POST' && isLocal(request)) {
    readJson(request, function (error, news) {
      if (error) return sendJson(request, response, 400, { error: 'no JSON' })
      sendJson(request, response, 200, { listeners: tellEveryone(news) })
    })
  } else if (path === '/whoami') {
    whoIs(request.headers.cookie, function (error, user) {
      if (error) return sendJson(request, response, 502, { error: error.message })
      sendJson(request, response, 200, { user: user })
    })
  } else if (path === '/') {
    sendJson(request, response, 200, { app: 'activity', listeners: sockets.clients.size })
  } else {
    sendJson(request, response, 404, { error: 'nothing here' })
  }
})

var sockets = new WebSocketServer({ noServer: true })

function tellEveryone(news) {
  var text = JSON.stringify(news)
  sockets.clients.forEach(function (socket) {
    if (socket.readyState === socket.OPEN) socket.send(text)
  })
  return sockets.clients.size
}

server.on('upgrade', function (request, socket, head) {
  if (request.url.split('?')[0] !== '/feed' || !isOwnOrigin(request.headers.origin)) {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
    return
  }
  sockets.handleUpgrade(request, socket, head, function (webSocket) {
    whoIs(request.headers.cookie, function (error, user) {
      if (webSocket.readyState !== webSocket.OPEN) return
      webSocket.send(JSON.stringify({ type: 'hello', user: error ? null : user }))
    })
  })
})

server.listen(port, '127.0.0.1', function () {
  console.log('activity listens on 127.0.0.1:' + port)
})
