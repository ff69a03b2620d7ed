dnl Drund's settings: one source for Django and for the Node process, in plain m4.
dnl A mode overrides what differs in <mode>.m4; a machine, in <mode>.local.m4.

define(`__DEBUG__', `True')

define(`__DOMAIN__', `drund.localhost')
define(`__ORIGIN_PORT__', `8443')
define(`__STATIC_URL__', `https://cdn.__DOMAIN__:__ORIGIN_PORT__/static/')

define(`__DJANGO_PORT__', `8000')
define(`__ACTIVITY_PORT__', `9001')

define(`__DATABASE_ENGINE__', `sqlite3')
define(`__DATABASE_NAME__', `db.sqlite3')

dnl No Redis: the cache is in memory, sessions are in the database.
define(`__REDIS_URL__', `')

dnl Words of Python that are builtins of m4, too.
undefine(`__file__', `__line__', `eval', `format', `include', `index', `len', `shift', `substr', `translit', `unix')
