dnl Behind a front that ends TLS on the usual port.
define(`__DEBUG__', `False')
define(`__ORIGIN_PORT__', `443')
define(`__STATIC_URL__', `https://cdn.__DOMAIN__/static/')
