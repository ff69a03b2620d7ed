{
  "debug": ifelse(__DEBUG__, `True', `true', `false'),
  "domain": "__DOMAIN__",
  "ports": { "django": __DJANGO_PORT__, "activity": __ACTIVITY_PORT__ },
  "services": {
    "mysql": ifelse(__DATABASE_ENGINE__, `mysql', `{
      "host": "__DATABASE_HOST__",
      "port": __DATABASE_PORT__,
      "user": "__DATABASE_USER__",
      "password": "__DATABASE_PASSWORD__",
      "database": "__DATABASE_NAME__"
    }', `null'),
    "redis": ifelse(__REDIS_URL__, `', `null', `{ "host": "__REDIS_HOST__", "port": __REDIS_PORT__ }')
  }
}
