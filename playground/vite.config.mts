import { kovu } from 'kovu'
import { defineConfig } from 'vite'

// Ports come from the environment; these are the usual ones. The front's is otherwise the one that STATIC_URL names.
const { DJANGO_PORT = '8000', ACTIVITY_PORT = '9001', DRUND_ORIGIN_PORT } = process.env

export default defineConfig({
  plugins: [
    kovu({
      django: { manage: 'manage.py' },
      m4: {
        outputs: {
          'settings.py.m4': 'drund/settings.py',
          'settings.json.m4': 'activity/settings.json',
          'nginx.conf.m4': 'deploy/nginx.conf',
        },
        env: { __DATABASE_PORT__: 'DRUND_MYSQL_PORT', __REDIS_PORT__: 'DRUND_REDIS_PORT' },
      },
      // What the settings of a mode need: nothing, or MariaDB and Redis with `--mode services`.
      vm: {
        settings: 'activity/settings.json',
        mysql: 'services.mysql',
        redis: 'services.redis',
      },
      requirejs: { build: ['build.js', 'build-widget.js'] },
      vhosts: {
        domain: 'drund.localhost',
        ...(DRUND_ORIGIN_PORT && { port: Number(DRUND_ORIGIN_PORT) }),
        hosts: {
          cdn: 'vite',
          activity: { target: Number(ACTIVITY_PORT), run: 'node activity/server.js' },
          '*': { target: Number(DJANGO_PORT), run: `python manage.py runserver ${DJANGO_PORT}` },
        },
      },
      // What servers install: drund-www-<branch> and drund-activity-<branch>.
      deb: {
        src: {
          files: ['!legacy/**'],
          node: ['ws'],
          checks: ['DRUND_DB=@data@/db.sqlite3 python manage.py migrate --noinput'],
        },
        roles: {
          www: {
            run: 'gunicorn --workers 2 drund.wsgi',
            socket: `127.0.0.1:${DJANGO_PORT}`,
            nginx: 'deploy/nginx.conf',
            env: { DRUND_DB: '@data@/db.sqlite3' },
          },
          activity: { run: 'node activity/server.js' },
        },
      },
      targets: {
        vendor: {
          after: 'init',
          run: 'node bin/vendor.js',
          help: 'copy third-party libraries into media/lib',
        },
        seed: {
          after: 'init',
          run: 'python manage.py seed',
          help: 'fill the database with demo data',
        },
      },
    }),
  ],
})
