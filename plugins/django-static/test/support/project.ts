import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { djangoPython } from './venv.ts'

/** What a test project is made of. */
export interface ProjectSpec {
  /** Files by path from the project's folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Lines that end settings.py. */
  readonly settings?: string
  readonly staticUrl?: string
  readonly apps?: readonly string[]
  /** Is Django's admin installed? Without it, and what it needs, Django starts in half the time. */
  readonly admin?: boolean
  /** Python of STATICFILES_DIRS. */
  readonly dirs?: string
}

/** A Django project in a folder of its own. */
export interface TestProject {
  readonly root: string
  path(name: string): string
  write(name: string, content: string | Uint8Array): void
  /** Runs manage.py and gives what it printed. */
  manage(args: readonly string[], env?: Record<string, string>, version?: string): string
}

const ADMIN = ['admin', 'auth', 'contenttypes', 'sessions', 'messages'].map(
  (app) => `django.contrib.${app}`,
)

/**
 * Makes a Django project with an app `shop`, STATICFILES_DIRS `media` (no prefix) and `brand` (prefix `brand`).
 *
 * @param spec What differs.
 */
export function makeProject(spec: ProjectSpec = {}): TestProject {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'kovu-django-'))
  const path = (name: string): string => join(root, name)
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), content)
  }
  write('manage.py', MANAGE)
  write('site_/__init__.py', '')
  write('site_/settings.py', settings(spec))
  write('site_/urls.py', 'from django.urls import path\nurlpatterns = []\n')
  write('shop/__init__.py', '')
  mkdirSync(path('media'), { recursive: true })
  mkdirSync(path('brand'), { recursive: true })
  for (const [name, content] of Object.entries(spec.files ?? {})) write(name, content)
  cleanUp(root)
  return {
    root,
    path,
    write,
    manage: (args, env = {}, version = '5.2') =>
      execFileSync(djangoPython(version), ['manage.py', ...args], {
        cwd: root,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
  }
}

function cleanUp(root: string): void {
  const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  try {
    // Twenty thousand files on a busy machine take their time.
    onTestFinished(remove, 300_000)
  } catch {
    // Made in `beforeAll`: whoever made it removes it; the folder is a temporary one.
  }
}

const MANAGE = `#!/usr/bin/env python
import os
import sys

if __name__ == '__main__':
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
`

function settings({
  settings: more = '',
  staticUrl = '/static/',
  apps = [],
  admin = false,
  dirs,
}: ProjectSpec): string {
  const installed = [...(admin ? ADMIN : []), 'django.contrib.staticfiles', 'shop', ...apps]
  return `from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'not-a-secret-but-never-to-be-served'
DEBUG = True
ALLOWED_HOSTS = []
USE_TZ = True
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
INSTALLED_APPS = [${installed.map((app) => `'${app}'`).join(', ')}]
MIDDLEWARE = []
ROOT_URLCONF = 'site_.urls'
TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'DIRS': [BASE_DIR / 'templates'],
    'APP_DIRS': True,
}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}
STATIC_URL = '${staticUrl}'
STATIC_ROOT = BASE_DIR / 'staticroot'
STATICFILES_DIRS = ${dirs ?? "[BASE_DIR / 'media', ('brand', BASE_DIR / 'brand')]"}
${more}
`
}
