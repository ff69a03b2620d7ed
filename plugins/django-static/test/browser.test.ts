import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { chromium } from 'playwright-core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { edit, startDev } from './support/dev.ts'
import { makeProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const PATIENCE = { timeout: 25_000, interval: 100 }

/** What a new user has: `manage.py runserver`, `vite`, and STATIC_URL at Vite; no front, no require.js. */
test('a page of runserver is hot: modules run once, sheets are replaced in place, templates reload', async () => {
  const [vitePort, djangoPort] = [await freePort(), await freePort()]
  const project = makeProject({
    staticUrl: `http://localhost:${vitePort}/static/`,
    files: {
      'media/css/site.css': 'body { background: rgb(1, 1, 1) }',
      'media/js/hi.js': 'export const hi = "hello"; window.count = (window.count ?? 0) + 1\n',
      'media/js/app.js': 'import { hi } from "./hi.js"\ndocument.title = hi\n',
      'templates/home.html': `{% load static %}<!doctype html>
<link rel="stylesheet" href="{% static 'css/site.css' %}?v=1">
<body>home<script type="module" src="{% static 'js/app.js' %}"></script>`,
      'site_/urls.py': `from django.urls import path
from django.views.generic import TemplateView
urlpatterns = [path('', TemplateView.as_view(template_name='home.html'))]
`,
    },
  })
  const dev = await startDev(project.root, {}, { server: { port: vitePort, host: 'localhost' } })
  const django = spawn(
    djangoPython(),
    ['manage.py', 'runserver', '--nothreading', String(djangoPort)],
    { cwd: project.root, stdio: 'ignore', detached: true },
  )
  onTestFinished(() => void (django.pid !== undefined && process.kill(-django.pid)))
  const url = `http://localhost:${djangoPort}/`
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), PATIENCE)

  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const connected = page.waitForEvent('console', (message) => message.text().includes('connected.'))
  await page.goto(url)
  await connected
  await vi.waitFor(async () => expect(await page.title()).toBe('hello'), PATIENCE)
  expect(await page.evaluate('window.count')).toBe(1)
  const colour = (): Promise<unknown> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor')
  expect(await colour()).toBe('rgb(1, 1, 1)')

  await page.evaluate('window.kept = true')
  await edit(dev, project.path('media/css/site.css'), 'body { background: rgb(2, 2, 2) }')
  await vi.waitFor(async () => expect(await colour()).toBe('rgb(2, 2, 2)'), PATIENCE)
  expect(await page.evaluate('window.kept')).toBe(true)

  await edit(
    dev,
    project.path('templates/home.html'),
    `{% load static %}<!doctype html><body>edited<script type="module" src="{% static 'js/app.js' %}"></script>`,
  )
  await vi.waitFor(async () => expect(await page.textContent('body')).toContain('edited'), PATIENCE)
}, 90_000)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => void server.close(done))
  return port
}
