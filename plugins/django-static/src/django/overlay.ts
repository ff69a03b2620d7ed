import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FrontSite } from '@kovu/protocol'
import type { DjangoInfo } from './answer.ts'
import { frontSettings, pythonString } from './front-settings.ts'

const MODULE = 'kovu_dev_settings'

/** A settings module over the project's own, for Django behind the development front. */
export interface Overlay {
  /** The text of the Python module. */
  readonly python: string
  /** What it sets, for the person at the terminal: one line each. */
  readonly changes: readonly string[]
}

/**
 * Decides which settings Django needs behind the front and does not have.
 *
 * @param info What Django said about the project's own settings.
 * @param site The front.
 * @param hotFile Where Vite says that it listens: pages then say what to start when it does not.
 */
export function makeOverlay(info: DjangoInfo, site: FrontSite, hotFile?: string): Overlay {
  const lines: string[] = []
  const changes: string[] = []
  for (const { name, python, why } of frontSettings(info, site)) {
    lines.push(`# ${why}`, `${name} = ${python}`, '')
    changes.push(`${name} = ${python}  (${why})`)
  }
  const cached = info.templates.some(
    ({ backend, loaders }) => backend.endsWith('.DjangoTemplates') && !loaders,
  )
  if (cached && info.debug) {
    lines.push(UNCACHED)
    changes.push('TEMPLATES: loaders without a cache  (an edited template shows at once)')
  }
  if (changes.length > 0 && info.debug && hotFile !== undefined) lines.push(noticeText(hotFile))
  return { python: moduleText(info.settingsModule, lines), changes }
}

const UNCACHED = `# An edited template shows at once: Django's cached loader waits for runserver's next poll.
_LOADERS = "django.template.loaders."


def _uncached(engine):
    options = engine.get("OPTIONS") or {}
    if not engine.get("BACKEND", "").endswith(".DjangoTemplates") or "loaders" in options:
        return engine
    names = ["filesystem.Loader"] + (["app_directories.Loader"] if engine.get("APP_DIRS") else [])
    loaders = [_LOADERS + name for name in names]
    return {**engine, "APP_DIRS": False, "OPTIONS": {**options, "loaders": loaders}}


TEMPLATES = [_uncached(engine) for engine in getattr(_own, "TEMPLATES", [])]
`

function noticeText(hotFile: string): string {
  const folder = fileURLToPath(new URL('../../python', import.meta.url))
  return `# A page says what to start when Vite is not running, and so does runserver.
import sys as _sys

if ${pythonString(folder)} not in _sys.path:
    _sys.path.append(${pythonString(folder)})
from django.core.checks import register as _register
from kovu_django.notice import check_vite as _check_vite

_register(_check_vite)
KOVU_HOT_FILE = ${pythonString(hotFile)}
MIDDLEWARE = [*(getattr(_own, "MIDDLEWARE", None) or []), "kovu_django.notice.ViteNotice"]
`
}

function moduleText(settingsModule: string, lines: readonly string[]): string {
  return [
    `"""Made by Kovu for development behind its front: ${settingsModule} and what is set below. Do not edit."""`,
    '',
    'import importlib as _importlib',
    '',
    `_own = _importlib.import_module(${pythonString(settingsModule)})`,
    'globals().update({_name: getattr(_own, _name) for _name in dir(_own) if _name.isupper()})',
    '',
    ...lines,
  ].join('\n')
}

/**
 * Writes the overlay, if it is new.
 *
 * @param overlay The overlay.
 * @param dir Folder for the module.
 * @param pythonPath The caller's PYTHONPATH.
 * @returns Environment variables under which Django takes it.
 */
export function writeOverlay(
  { python }: Overlay,
  dir: string,
  pythonPath: string | undefined,
): Record<string, string> {
  const file = join(dir, `${MODULE}.py`)
  mkdirSync(dir, { recursive: true })
  if (readText(file) !== python) {
    writeFileSync(`${file}.tmp`, python)
    renameSync(`${file}.tmp`, file)
  }
  return {
    DJANGO_SETTINGS_MODULE: MODULE,
    KOVU_BEHIND_FRONT: '1',
    PYTHONPATH: pythonPath ? dir + delimiter + pythonPath : dir,
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
