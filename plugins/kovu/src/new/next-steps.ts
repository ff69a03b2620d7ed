import type { Surroundings } from './surroundings.ts'

/** What is to do after `kovu new`, each step with its command; what is done already is left out. */
export function nextSteps(found: Surroundings): string[] {
  const missing = ['kovu', 'vite', 'less'].filter((name) => !found.packages.has(name))
  const settings = found.settings ?? 'the settings'
  return [
    '',
    'Next',
    ...(missing.length > 0 ? [`  npm install --save-dev ${missing.join(' ')}`] : []),
    ...(found.requirements
      ? []
      : ['  echo Django > requirements.txt      (what `kovu init` puts into .venv)']),
    ...(found.staticRoot
      ? []
      : [
          `  in ${settings}:  STATIC_ROOT = BASE_DIR / 'staticroot'      (where \`kovu static\` writes)`,
        ]),
    ...(found.manifest
      ? []
      : [
          `  in ${settings}:  STORAGES = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},`,
          `                            'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'}}`,
          '                            (so that {% static %} gives the hashed names)',
        ]),
    ...(found.ignored ? [] : ['  in .gitignore:  node_modules/, .venv/, staticroot/']),
    '  npx kovu init            what is missing: packages, virtual environment, migrations',
    '  npx kovu testserver      the site with HMR',
    '  npx kovu static          the production tree; a second call has nothing to do',
    '  npx kovu new --ci        a Jenkinsfile and a GitHub workflow',
  ]
}
