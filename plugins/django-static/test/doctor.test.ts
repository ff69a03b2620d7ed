import { writeFileSync } from 'node:fs'
import type { FrontSite, KovuApi } from '@kovu/protocol'
import { resolveConfig, type InlineConfig, type Plugin } from 'vite'
import { expect, test } from 'vitest'
import { createContext } from '../src/context.ts'
import type { DjangoInfo } from '../src/django/answer.ts'
import { siteOfStaticUrl } from '../src/django/front-settings.ts'
import { checks, diagnose } from '../src/doctor/index.ts'
import { djangoStatic, type DjangoStaticOptions } from '../src/index.ts'
import { resolveOptions } from '../src/options.ts'
import { runCommand } from './support/commands.ts'
import { makeProject, type ProjectSpec, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const MANIFEST = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'
const GOOD = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': '${MANIFEST}'},
}
`
const FRONT_SETTINGS = `
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
CSRF_TRUSTED_ORIGINS = ['https://shop.test:8443', 'https://*.shop.test:8443']
ALLOWED_HOSTS = ['.shop.test']
`
const SITE: FrontSite = {
  domain: 'shop.test',
  port: 8443,
  origins: ['https://shop.test:8443', 'https://*.shop.test:8443'],
}

/** Plays the development front. */
const FRONT: Plugin = {
  name: 'vhost-dev',
  api: { kovu: { site: () => SITE } satisfies KovuApi },
}

test('doctor has nothing to say about a good project', async () => {
  const project = makeProject({ settings: GOOD + FRONT_SETTINGS, files: { 'media/a.css': 'a{}' } })
  const { code, said } = await runCommand(project, 'doctor', [], {}, FRONT)
  expect(code).toBe(0)
  expect(said).toEqual([
    expect.stringMatching(
      /^Django 5\.2\.\d+ \(Python 3\.\d+\.\d+\), settings site_\.settings, STATIC_URL \/static\/$/,
    ),
    'Nothing to complain about.',
  ])
})

interface Ailment {
  readonly spec?: ProjectSpec
  readonly options?: DjangoStaticOptions
  readonly config?: InlineConfig
  /** The front; without one, what STATIC_URL tells. */
  readonly site?: FrontSite | 'none'
  /** What cannot be had from a real project here. */
  readonly info?: Partial<DjangoInfo>
  readonly level: 'error' | 'warning'
  readonly says: RegExp
  readonly after?: (project: TestProject) => void
}

const good = (more: string): ProjectSpec => ({ settings: GOOD + FRONT_SETTINGS + more })

/** For each check, ways to break a project. */
const AILMENTS: Readonly<Record<string, readonly Ailment[]>> = {
  'django-version': [
    {
      info: { django: '2.2.28', trustedOrigins: ['shop.test:8443', '.shop.test:8443'] },
      level: 'error',
      says: /Django 2\.2\.28 is older than 3\.2/,
    },
  ],
  'static-root': [
    { spec: good('STATIC_ROOT = None'), level: 'error', says: /sets no STATIC_ROOT/ },
  ],
  storage: [
    {
      spec: { settings: FRONT_SETTINGS },
      level: 'warning',
      says: /StaticFilesStorage does not read staticfiles\.json/,
    },
  ],
  'storage-setting': [
    {
      spec: good("STATICFILES_STORAGE = 'x.Y'"),
      level: 'error',
      says: /STATICFILES_STORAGE, which Django 5\.2/,
    },
  ],
  aggregation: [
    {
      spec: {
        settings: GOOD.replace(MANIFEST, 'shop.storage.Own') + FRONT_SETTINGS,
        files: {
          'shop/storage.py': `from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
class Own(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
`,
        },
      },
      level: 'warning',
      says: /support_js_module_import_aggregation/,
    },
  ],
  'app-finder': [
    {
      spec: {
        ...good("STATICFILES_FINDERS = ['django.contrib.staticfiles.finders.FileSystemFinder']"),
        admin: true,
      },
      level: 'warning',
      says: /has no AppDirectoriesFinder/,
    },
  ],
  'manage-py': [
    {
      spec: {
        ...good(''),
        files: {
          'manage.py': "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.settings'",
        },
      },
      level: 'warning',
      says: /manage\.py sets DJANGO_SETTINGS_MODULE itself/,
    },
  ],
  'whitenoise-order': [
    {
      spec: good(
        "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware', 'django.middleware.security.SecurityMiddleware']",
      ),
      level: 'warning',
      says: /WhiteNoiseMiddleware stands before/,
    },
  ],
  'whitenoise-runserver': [
    {
      info: { installedApps: ['django.contrib.staticfiles', 'whitenoise.runserver_nostatic'] },
      level: 'warning',
      says: /runserver_nostatic' stands behind/,
    },
  ],
  'static-host': [
    {
      spec: { ...good(''), staticUrl: 'https://cdn.other.test:8443/static/' },
      level: 'error',
      says: /names the host cdn\.other\.test, which the development front does not have/,
    },
    {
      spec: { ...good(''), staticUrl: 'https://cdn.shop.test/static/' },
      level: 'error',
      says: /names port 443, but the development front listens at 8443/,
    },
  ],
  'front-settings': [
    {
      spec: good('SECURE_PROXY_SSL_HEADER = None\nSECURE_SSL_REDIRECT = True'),
      level: 'warning',
      says: /SECURE_PROXY_SSL_HEADER is not what shop\.test needs.*redirects for ever/,
    },
    {
      spec: good('CSRF_TRUSTED_ORIGINS = []'),
      level: 'warning',
      says: /CSRF_TRUSTED_ORIGINS is not.*"https:\/\/\*\.shop\.test:8443"/,
    },
    {
      spec: good("ALLOWED_HOSTS = ['shop.com']"),
      level: 'warning',
      says: /ALLOWED_HOSTS is not.*"\.shop\.test"/,
    },
    {
      spec: good("SESSION_COOKIE_DOMAIN = '.shop.com'"),
      level: 'warning',
      says: /SESSION_COOKIE_DOMAIN is not.*do not reach shop\.test/,
    },
    {
      spec: good("CSRF_COOKIE_DOMAIN = '.shop.com'"),
      level: 'warning',
      says: /CSRF_COOKIE_DOMAIN is not/,
    },
    {
      spec: good('SECURE_HSTS_SECONDS = 3600'),
      options: { overlay: false },
      level: 'error',
      says: /SECURE_HSTS_SECONDS is not what shop\.test needs, which is 0: .* for 3600 seconds\. Set it, or let Kovu do so/,
    },
  ],
  'no-front': [
    {
      spec: good(''),
      site: 'none',
      level: 'warning',
      says: /STATIC_URL is the path \/static\/: in development/,
    },
  ],
  'nested-folders': [
    {
      spec: {
        ...good(''),
        dirs: "[BASE_DIR / 'staticroot' / 'media']",
        files: { 'staticroot/media/a.txt': '' },
      },
      level: 'error',
      says: /lie in each other/,
    },
  ],
  'private-files': [
    {
      spec: { ...good("STATIC_ROOT = '/nowhere/root'"), dirs: '[BASE_DIR]' },
      level: 'error',
      says: /holds the project's own Python files or database/,
    },
  ],
  'missing-folder': [
    {
      spec: { ...good(''), dirs: "[BASE_DIR / 'gone']" },
      level: 'warning',
      says: /STATICFILES_DIRS names .*gone, which does not exist/,
    },
  ],
  'unlisted-folder': [
    {
      spec: { ...good(''), files: { 'static/site.css': 'a{}' } },
      level: 'warning',
      says: /There are files in .*static, but no finder looks into it/,
    },
  ],
  'passed-over': [
    {
      spec: good(''),
      level: 'warning',
      says: /has a name that is not UTF-8/,
      after: (project) =>
        writeFileSync(
          Buffer.concat([Buffer.from(project.path('media/')), Buffer.from([0xff])]),
          'x',
        ),
    },
  ],
  shadowed: [
    {
      spec: { ...good(''), files: { 'media/a.txt': '1', 'shop/static/a.txt': '2' } },
      level: 'warning',
      says: /1 public name has more than one file.*a\.txt/,
    },
  ],
  'letter-case': [
    {
      spec: { ...good(''), files: { 'media/A.txt': '1', 'media/a.txt': '2' } },
      level: 'warning',
      says: /A\.txt and a\.txt differ by case alone/,
    },
  ],
  'vite-manifest': [
    {
      config: { build: { manifest: true } },
      level: 'warning',
      says: /build\.manifest is true/,
    },
  ],
}

test('every check has a test that breaks it', () => {
  expect(Object.keys(AILMENTS).sort()).toEqual(Object.keys(checks).sort())
})

const CASES = Object.entries(AILMENTS).flatMap(([check, ailments]) =>
  ailments.map((ailment): [string, RegExp, Ailment] => [check, ailment.says, ailment]),
)

test.each(CASES)('the check %s finds: %s', async (check, says, ailment) => {
  const project = makeProject(ailment.spec ?? good(''))
  ailment.after?.(project)
  const python = djangoPython()
  const options = { python, ...ailment.options }
  const context = createContext(resolveOptions(options))
  context.begin(project.root, 'development')
  context.config = await resolveConfig(
    { configFile: false, root: project.root, ...ailment.config, plugins: [djangoStatic(options)] },
    'serve',
  )
  const asked = await context.project()
  const site =
    ailment.site === 'none' ? siteOfStaticUrl(asked.info.staticUrl) : (ailment.site ?? SITE)
  const seen = { ...asked, info: { ...asked.info, ...ailment.info } }
  const findings = diagnose({ context, project: seen, site })
  // It alone: what is broken for one check leaves the others content.
  expect(findings).toEqual([
    { check, level: ailment.level, message: expect.stringMatching(says) as string },
  ])
})

test('doctor’s exit code tells errors from warnings', async () => {
  const bad = makeProject(good('STATIC_ROOT = None'))
  expect((await runCommand(bad, 'doctor', [], {}, FRONT)).code).toBe(1)
  const odd = makeProject({ ...good(''), files: { 'media/A.txt': '1', 'media/a.txt': '2' } })
  expect((await runCommand(odd, 'doctor', [], {}, FRONT)).code).toBe(0)
})

test('a static host tells of the front, when no front does', () => {
  expect(siteOfStaticUrl('https://cdn.shop.test:8443/s/')).toEqual(SITE)
  expect(siteOfStaticUrl('https://cdn.localhost/s/')?.origins).toEqual([
    'https://localhost',
    'https://*.localhost',
  ])
  for (const url of [
    '/static/',
    'http://localhost:5173/',
    'https://d1.cloudfront.net/',
    '//cdn.a.com/',
  ])
    expect([url, siteOfStaticUrl(url)]).toEqual([url, undefined])
})
