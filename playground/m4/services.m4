dnl `kovu testserver --mode services`: MariaDB and Redis, as `kovu vm` starts them.
define(`__DATABASE_ENGINE__', `mysql')
define(`__DATABASE_HOST__', `127.0.0.1')
define(`__DATABASE_PORT__', `3306')
define(`__DATABASE_NAME__', `drund')
define(`__DATABASE_USER__', `drund')
define(`__DATABASE_PASSWORD__', `drund')

define(`__REDIS_HOST__', `127.0.0.1')
define(`__REDIS_PORT__', `6379')
define(`__REDIS_URL__', `redis://__REDIS_HOST__:__REDIS_PORT__/0')
