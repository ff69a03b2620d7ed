import type { DebReleaseOptions } from '../../src/options.ts'
import { installPackage, makeSite, type TestSite } from './site.ts'

/**
 * A whole site: Django behind nginx, a WebSocket by Node, a worker, a timer, a crontab.
 */
export function makeDrund(): TestSite {
  const site = makeSite(files, options)
  installPackage(site, 'ws')
  return site
}

/** Makes the files of one build of it. */
export function edit(site: TestSite, build: number): void {
  site.write('build.txt', `r${build}`)
  site.write(`staticroot/app.${build}${build}${build}.css`, `/* of r${build} */`)
}

const options: DebReleaseOptions = {
  src: { checks: ['python check.py'] },
  roles: {
    www: { run: 'gunicorn --workers 2 wsgi', socket: true, nginx: 'deploy/nginx.conf' },
    activity: { run: 'node activity/server.js', env: { ACTIVITY_PORT: '9001' } },
    worker: { run: 'python worker.py' },
    clean: { run: 'python clean.py', schedule: 'daily' },
    mail: { cron: 'deploy/mail.cron', depends: [] },
  },
}

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "drund", "private": true, "dependencies": { "ws": "*" } }',
  'requirements.txt': 'Django~=5.2.0\ngunicorn>=23,<26\n',
  'settings.py': `import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = os.environ['DRUND_SECRET_KEY']
DEBUG = False
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'urls'
STATIC_URL = '/static/'
`,
  'urls.py': `import os
from django.http import HttpResponse
from django.urls import path
from django.conf import settings
BUILD = (settings.BASE_DIR / 'build.txt').read_text()
def page(request):
    return HttpResponse(f'Django in {BUILD} as {os.getuid()}, secret of {len(settings.SECRET_KEY)}')
urlpatterns = [path('', page)]
`,
  'wsgi.py': `import os
os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
`,
  'worker.py': `import os, pathlib, time
state = pathlib.Path(os.environ['STATE_DIRECTORY'])
with (state / 'worker.log').open('a') as log:
    log.write(pathlib.Path('build.txt').read_text() + '\\n')
while True:
    time.sleep(60)
`,
  'clean.py': `import os, pathlib
(pathlib.Path(os.environ['STATE_DIRECTORY']) / 'cleaned').write_text(pathlib.Path('build.txt').read_text())
`,
  'check.py': `import os, sys
sys.exit('the check of this build fails' if os.path.exists('broken') else 0)
`,
  'activity/server.js': `'use strict'
const { WebSocketServer } = require('ws')
const build = require('node:fs').readFileSync('build.txt', 'utf8')
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.ACTIVITY_PORT) })
server.on('connection', (socket) => socket.send('Node in ' + build))
`,
  'deploy/nginx.conf': `server {
    listen 8080;
    location ~ ^/static/(.*)$ {
        root /opt/@name@/@branch@;
        try_files /current/staticroot/$1 /previous/staticroot/$1 =404;
    }
    location /feed {
        proxy_pass http://127.0.0.1:9001;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
    }
    location / {
        proxy_pass http://unix:@socket@;
        proxy_set_header Host $http_host;
    }
}
`,
  'deploy/mail.cron': '17 * * * * www-data cd @current@ && test -x /usr/bin/true\n',
  'm4/production.m4': "define(`__PASSWORD__', `hunter2hunter2')",
  '.env': 'PASSWORD=hunter2hunter2',
}
