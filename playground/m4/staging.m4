dnl As production, below a domain of its own, and with debugging.
define(`__DOMAIN__', `staging.drund.localhost')
define(`__ORIGIN_PORT__', `443')
define(`__STATIC_URL__', `https://cdn.__DOMAIN__/static/')
