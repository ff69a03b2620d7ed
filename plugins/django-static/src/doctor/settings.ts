import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { error, warning, type Check } from './check.ts'

const WHITENOISE = 'whitenoise.middleware.WhiteNoiseMiddleware'
const SECURITY = 'django.middleware.security.SecurityMiddleware'
const APP_FINDER = 'django.contrib.staticfiles.finders.AppDirectoriesFinder'

/** Settings that decide whether and how static files are found and published. */
export const settingChecks: Readonly<Record<string, Check>> = {
  'django-version': ({ project: { info } }) => {
    const [major, minor] = versionOf(info.django)
    return major < 3 || (major === 3 && minor < 2)
      ? error(
          `Django ${info.django} is older than 3.2, the oldest release whose names and bytes Kovu writes. Names may differ from what {% static %} asks for.`,
        )
      : undefined
  },
  'static-root': ({ project: { info } }) =>
    info.staticRoot === null
      ? error(
          `${info.settingsModule} sets no STATIC_ROOT: a build has no folder to write to. Set STATIC_ROOT = BASE_DIR / 'staticroot'.`,
        )
      : undefined,
  storage: ({ project: { info } }) =>
    info.storage.manifest
      ? undefined
      : warning(
          `${info.storage.name} does not read staticfiles.json: {% static %} gives unhashed names in production. Use ManifestStaticFilesStorage${info.django.startsWith('3.') ? '' : ' as STORAGES["staticfiles"]'}.`,
        ),
  'storage-setting': ({ project: { info } }) => {
    const source = info.settingsFile === null ? '' : readText(info.settingsFile)
    const [major, minor] = versionOf(info.django)
    const ignored = major > 5 || (major === 5 && minor >= 1)
    return ignored && /^STATICFILES_STORAGE\s*=/m.test(source)
      ? error(
          `${info.settingsModule} sets STATICFILES_STORAGE, which Django ${info.django} does not read. Set STORAGES["staticfiles"].`,
        )
      : undefined
  },
  aggregation: ({ project: { info } }) =>
    info.storage.aggregation
      ? warning(
          `${info.storage.name} sets support_js_module_import_aggregation. Kovu bundles ES modules instead; plain files keep their imports.`,
        )
      : undefined,
  'app-finder': ({ project: { info } }) =>
    info.finders.some(({ name }) => name === APP_FINDER) ||
    !info.installedApps.includes('django.contrib.admin')
      ? undefined
      : warning(
          `STATICFILES_FINDERS has no AppDirectoriesFinder: static files of apps, the admin's among them, are not found. Add '${APP_FINDER}'.`,
        ),
  'manage-py': ({ context, project: { root, info } }) => {
    const manage = readText(join(root, basename(context.options.manage)))
    return context.options.overlay && /environ\[['"]DJANGO_SETTINGS_MODULE['"]\]\s*=/.test(manage)
      ? warning(
          `manage.py sets DJANGO_SETTINGS_MODULE itself, over what its environment says: the development overlay of ${info.settingsModule} has no effect. Use os.environ.setdefault.`,
        )
      : undefined
  },
  'whitenoise-order': ({ project: { info } }) => {
    const whitenoise = info.middleware.indexOf(WHITENOISE)
    return whitenoise !== -1 && info.middleware.indexOf(SECURITY) > whitenoise
      ? warning(
          'WhiteNoiseMiddleware stands before SecurityMiddleware in MIDDLEWARE; it belongs directly behind it.',
        )
      : undefined
  },
  'whitenoise-runserver': ({ project: { info } }) => {
    const nostatic = info.installedApps.indexOf('whitenoise.runserver_nostatic')
    const staticfiles = info.installedApps.indexOf('django.contrib.staticfiles')
    return nostatic > staticfiles
      ? warning(
          "'whitenoise.runserver_nostatic' stands behind 'django.contrib.staticfiles' in INSTALLED_APPS, where it has no effect. Put it before.",
        )
      : undefined
  },
}

function versionOf(django: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = django.split('.').map(Number)
  return [major, minor]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
