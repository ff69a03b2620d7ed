{
  "debug": ifelse(__DEBUG__, `True', `true', `false'),
  "domain": "__DOMAIN__",
  "ports": { "django": __DJANGO_PORT__, "activity": __ACTIVITY_PORT__ }
}
