import { kovu } from 'kovu'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [
    kovu({
      django: { manage: 'manage.py' },
      requirejs: { build: ['build.js', 'build-widget.js'] },
      vhosts: {
        domain: 'drund.localhost',
        hosts: {
          cdn: 'vite',
          activity: { target: 9001, run: 'node activity/server.js' },
          '*': { target: 8000, run: 'python manage.py runserver 8000' },
        },
      },
    }),
  ],
})
