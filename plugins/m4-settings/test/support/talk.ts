/** The example of the talk: one source for Django and Node, in three environments. Plain m4 of 2012. */
export const talk: Readonly<Record<string, string>> = {
  'm4/base.m4': `define(\`__DEBUG__', \`True')
define(\`__DATABASE_HOST__', \`localhost')
define(\`__DATABASE_PORT__', \`3306')
define(\`__DATABASE_NAME__', \`drund')
define(\`__DATABASE_USER__', \`drund')
define(\`__DATABASE_PASSWORD__', \`drund')
define(\`__DATABASE_URL__', \`mysql://__DATABASE_USER__@__DATABASE_HOST__:__DATABASE_PORT__/__DATABASE_NAME__')
`,
  'm4/production.m4': `define(\`__DEBUG__', \`False')
define(\`__DATABASE_HOST__', \`db1.drund.com')
define(\`__DATABASE_USER__', \`production')
define(\`__DATABASE_PASSWORD__', \`$uper$ecret!')
`,
  'm4/staging.m4': `define(\`__DATABASE_HOST__', \`staging.drund.com')
define(\`__DATABASE_PASSWORD__', \`heywereonstaging!')
`,
  'm4/settings.py.m4': `import os
ROOT = os.path.dirname(__file__)
DEBUG = __DEBUG__
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.mysql',
        'HOST': '__DATABASE_HOST__',
        'PORT': '__DATABASE_PORT__',
        'NAME': '__DATABASE_NAME__',
        'USER': '__DATABASE_USER__',
        'PASSWORD': '__DATABASE_PASSWORD__',
    }
}
ROOT_URLCONF = '{}.urls'.format('drund'[:len('drund')])
DATABASE_URL = '__DATABASE_URL__'
`,
  'm4/settings.json.m4': `{
  "debug": ifelse(__DEBUG__, \`True', \`true', \`false'),
  "database": {
    "host": "__DATABASE_HOST__",
    "port": __DATABASE_PORT__,
    "name": "__DATABASE_NAME__",
    "user": "__DATABASE_USER__",
    "password": "__DATABASE_PASSWORD__",
    "url": "__DATABASE_URL__"
  }
}
`,
}

/** What each environment must come to, in both languages. */
export const expected = {
  development: {
    debug: true,
    database: {
      host: 'localhost',
      port: 3306,
      name: 'drund',
      user: 'drund',
      password: 'drund',
      url: 'mysql://drund@localhost:3306/drund',
    },
  },
  production: {
    debug: false,
    database: {
      host: 'db1.drund.com',
      port: 3306,
      name: 'drund',
      user: 'production',
      password: '$uper$ecret!',
      url: 'mysql://production@db1.drund.com:3306/drund',
    },
  },
  staging: {
    debug: true,
    database: {
      host: 'staging.drund.com',
      port: 3306,
      name: 'drund',
      user: 'drund',
      password: 'heywereonstaging!',
      url: 'mysql://drund@staging.drund.com:3306/drund',
    },
  },
} as const
