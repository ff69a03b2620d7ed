import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { FrontSite } from '@kovu/protocol'
import { startDev } from './support/dev.ts'
import { runPython } from './support/build.ts'
import { makeProject } from './support/project.ts'

const SITE: FrontSite = {
  domain: 'shop.test',
  port: 8443,
  origins: ['https://www.shop.test:8443', 'https://*.shop.test:8443'],
}
const SHOW = `import django, json; django.setup()
from django.conf import settings as s
print(json.dumps([s.SECURE_PROXY_SSL_HEADER, s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS, s.SESSION_COOKIE_DOMAIN, s.BASE_DIR.name == __import__('os').path.basename(__import__('os').getcwd()), s.TEMPLATES[0]['APP_DIRS'], s.TEMPLATES[0].get('OPTIONS', {}).get('loaders'), s.OWN_VALUE]))
`

test('gives Django behind the front the settings that it lacks, and says so once', async () => {
  const project = makeProject({
    settings: `OWN_VALUE = 'own'\nSESSION_COOKIE_DOMAIN = '.shop.com'\nALLOWED_HOSTS = ['shop.com']\nCSRF_COOKIE_DOMAIN = 'shop.com'\nSECURE_HSTS_SECONDS = 3600\n`,
  })
  const dev = await startDev(project.root)
  const env = (await dev.api.processEnv?.(SITE)) ?? {}
  expect(env['DJANGO_SETTINGS_MODULE']).toBe('kovu_dev_settings')
  expect(JSON.parse(runPython(project.root, SHOW, env))).toEqual([
    ['HTTP_X_FORWARDED_PROTO', 'https'],
    ['https://www.shop.test:8443', 'https://*.shop.test:8443'],
    ['shop.com', 'www.shop.test', '.shop.test'],
    '.shop.test',
    true,
    false,
    ['django.template.loaders.filesystem.Loader', 'django.template.loaders.app_directories.Loader'],
    'own',
  ])
  await dev.api.processEnv?.(SITE)
  const said = dev.logged.filter((line) => line.includes('SECURE_PROXY_SSL_HEADER'))
  expect(said).toHaveLength(1)
  // Each value, as it is set.
  for (const line of [
    'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
    'CSRF_TRUSTED_ORIGINS = [*getattr(_own, "CSRF_TRUSTED_ORIGINS", []), "https://www.shop.test:8443", "https://*.shop.test:8443"]',
    'ALLOWED_HOSTS = [*getattr(_own, "ALLOWED_HOSTS", []), "www.shop.test", ".shop.test"]',
    'SESSION_COOKIE_DOMAIN = ".shop.test"',
    'CSRF_COOKIE_DOMAIN = ".shop.test"',
    'SECURE_HSTS_SECONDS = 0',
    'TEMPLATES: loaders without a cache',
  ]) {
    expect(said[0]).toContain(`  ${line}`)
  }
  // manage.py keeps its meaning.
  expect(project.manage(['diffsettings'], env)).toContain("OWN_VALUE = 'own'")
})

test('leaves settings that are right as they are', async () => {
  const project = makeProject({
    settings: `OWN_VALUE = 1
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
CSRF_TRUSTED_ORIGINS = ['https://www.shop.test:8443', 'https://*.shop.test:8443']
ALLOWED_HOSTS = ['.shop.test']
SESSION_COOKIE_DOMAIN = '.shop.test'
TEMPLATES[0]['APP_DIRS'] = False
TEMPLATES[0]['OPTIONS'] = {'loaders': ['django.template.loaders.filesystem.Loader']}
`,
  })
  const dev = await startDev(project.root)
  expect(await dev.api.processEnv?.(SITE)).toEqual({ DJANGO_SETTINGS_MODULE: 'site_.settings' })
})

test('can be turned off, and the env of the mode goes along', async () => {
  const project = makeProject()
  const env = { development: { FEATURE: 'on' }, production: { FEATURE: 'off' } }
  const dev = await startDev(project.root, { overlay: false, env })
  expect(await dev.api.processEnv?.(SITE)).toEqual({
    DJANGO_SETTINGS_MODULE: 'site_.settings',
    FEATURE: 'on',
  })
})

test('speaks the language of Django 3.2', async () => {
  const { makeOverlay } = await import('../src/django/overlay.ts')
  const { python } = makeOverlay(
    {
      django: '3.2.25',
      settingsModule: 'site_.settings',
      trustedOrigins: [],
      allowedHosts: ['*'],
      proxyHeader: null,
      sessionCookieDomain: null,
      csrfCookieDomain: null,
      sslRedirect: false,
      hstsSeconds: 0,
      templates: [],
      debug: true,
    } as never,
    SITE,
  )
  expect(python).toContain('"www.shop.test:8443", ".shop.test:8443"')
  expect(python).not.toContain('ALLOWED_HOSTS')
})

test('is written below node_modules, where Vite never serves it', async () => {
  const project = makeProject()
  const dev = await startDev(project.root)
  const env = (await dev.api.processEnv?.(SITE)) ?? {}
  const file = project.path('node_modules/.kovu/django/kovu_dev_settings.py')
  expect(env['PYTHONPATH']).toBe(file.replace('/kovu_dev_settings.py', ''))
  expect(readFileSync(file, 'utf8')).toContain('Do not edit')
  const answer = await dev.get(`/static/@fs${file}`)
  expect(answer.text).not.toContain('Do not edit')
})
