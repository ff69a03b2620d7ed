import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ignorePatterns, manageDir, type Context, type Project } from '../context.ts'
import { inside } from '../finders/public-name.ts'

/** Something to change in a project. */
export interface Finding {
  /** An error keeps static files from working; a warning may surprise. */
  readonly level: 'error' | 'warning'
  readonly message: string
}

/**
 * Looks for settings that keep static files from working.
 *
 * @param context The context of the plugin call.
 * @param project The project.
 */
export function diagnose(context: Context, project: Project): Finding[] {
  return CHECKS.flatMap((check) => {
    const found = check(context, project)
    return found === undefined ? [] : [found]
  })
}

type Check = (context: Context, project: Project) => Finding | undefined

const CHECKS: readonly Check[] = [
  (_context, { info }) =>
    info.staticRoot === null
      ? { level: 'error', message: 'STATIC_ROOT is not set: a build has no folder to write to.' }
      : undefined,
  (_context, { info }) =>
    info.storage.manifest
      ? undefined
      : {
          level: 'warning',
          message: `${info.storage.name} does not read staticfiles.json: {% static %} gives unhashed names in production. Use ManifestStaticFilesStorage${info.django.startsWith('3.') ? '' : ' as STORAGES["staticfiles"]'}.`,
        },
  (_context, { info }) =>
    info.storage.aggregation
      ? {
          level: 'warning',
          message: `${info.storage.name} sets support_js_module_import_aggregation. Kovu bundles ES modules instead; plain files keep their imports.`,
        }
      : undefined,
  (_context, { info }) => {
    const source = info.settingsFile === null ? '' : readText(info.settingsFile)
    const [major = 0, minor = 0] = info.django.split('.').map(Number)
    return /^STATICFILES_STORAGE\s*=/m.test(source) && (major > 5 || (major === 5 && minor >= 1))
      ? {
          level: 'error',
          message: `${info.settingsModule} sets STATICFILES_STORAGE, which Django ${info.django} does not read. Set STORAGES["staticfiles"].`,
        }
      : undefined
  },
  (_context, { info, finders }) => {
    const { staticRoot } = info
    if (staticRoot === null) return undefined
    const root = finders.roots.find(
      ({ dir }) =>
        dir === staticRoot ||
        inside(dir, staticRoot) !== undefined ||
        inside(staticRoot, dir) !== undefined,
    )
    return (
      root && {
        level: 'error',
        message: `STATIC_ROOT ${staticRoot} and the folder of sources ${root.dir} lie in each other: what is published would be collected again.`,
      }
    )
  },
  (_context, { info, finders }) => {
    const apps = new Set(info.apps)
    const missing = finders.roots.find(
      ({ dir }) => !existsSync(dir) && !apps.has(dir.replace(/[\\/][^\\/]+$/, '')),
    )
    return (
      missing && {
        level: 'warning',
        message: `STATICFILES_DIRS names ${missing.dir}, which does not exist.`,
      }
    )
  },
  (context, { info, finders }) => {
    const ignored = ignorePatterns(context, info)
    const shadowed: string[] = []
    for (const [name] of finders.collect(ignored))
      if (finders.findAll(name).length > 1) shadowed.push(name)
    if (shadowed.length === 0) return undefined
    const some = shadowed.slice(0, 5).join(', ')
    return {
      level: 'warning',
      message: `${shadowed.length} public names have more than one file, the first finder's wins: ${some}. \`kovu findstatic NAME\` tells which.`,
    }
  },
  (_context, { finders }) => {
    const known = new Map<string, string>()
    for (const [name] of finders.list()) {
      const other = known.get(name.toLowerCase())
      if (other !== undefined) {
        return {
          level: 'warning',
          message: `${other} and ${name} differ by case alone: on a file system that does not see the difference they are one file.`,
        }
      }
      known.set(name.toLowerCase(), name)
    }
    return undefined
  },
  (_context, { info }) =>
    info.staticUrl.endsWith('/')
      ? undefined
      : { level: 'error', message: `STATIC_URL ${info.staticUrl} must end with a slash.` },
  (context, { info }) => {
    const manage = readText(join(manageDir(context), 'manage.py'))
    return context.options.overlay && /environ\[['"]DJANGO_SETTINGS_MODULE['"]\]\s*=/.test(manage)
      ? {
          level: 'warning',
          message: `manage.py sets DJANGO_SETTINGS_MODULE itself, over what its environment says: the development overlay of ${info.settingsModule} has no effect. Use os.environ.setdefault.`,
        }
      : undefined
  },
  (_context, { info }) => {
    const whitenoise = info.middleware.indexOf('whitenoise.middleware.WhiteNoiseMiddleware')
    const security = info.middleware.indexOf('django.middleware.security.SecurityMiddleware')
    return whitenoise !== -1 && security > whitenoise
      ? {
          level: 'warning',
          message:
            'WhiteNoiseMiddleware stands before SecurityMiddleware in MIDDLEWARE; it belongs directly behind it.',
        }
      : undefined
  },
]

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
