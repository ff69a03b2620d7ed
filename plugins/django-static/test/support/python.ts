import { fileURLToPath } from 'node:url'

/** Where Python finds `kovu_django`. */
export const PYTHON: string = fileURLToPath(new URL('../../python', import.meta.url))

/**
 * Lines of settings.py for a storage.
 *
 * @param storage Its class.
 * @param version Of Django.
 */
export function settings(
  storage = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage',
  version = '5.2',
): string {
  return `
${
  version === '3.2'
    ? `STATICFILES_STORAGE = '${storage}'`
    : `STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': '${storage}'},
}`
}
TEST_RUNNER = 'kovu_django.runner.KovuTestRunner'
DATABASES = {}
`
}
