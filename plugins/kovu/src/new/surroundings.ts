import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { discover } from '../discover.ts'

/** What `kovu new` finds in a project's folder. */
export interface Surroundings {
  readonly manage: string | undefined
  /** The r.js build file. */
  readonly build: string | undefined
  /** Is there an `m4` folder? */
  readonly m4: boolean
  /** A folder below with a manage.py, when there is none here. */
  readonly nested: string | undefined
  /** The top of the git repository, or the folder itself. */
  readonly repository: string
  /** Does package.json make `.ts` files ES modules? */
  readonly esm: boolean
  /** Is there something that says which Python packages the site needs, or an environment that has them? */
  readonly requirements: boolean
  /** Names of dependencies in package.json. */
  readonly packages: ReadonlySet<string>
  /** Were the sheets written for a less before version 4, which divided without brackets? */
  readonly oldLess: boolean
  /** The domain for development: from the folder's name. */
  readonly domain: string
  /** Does the settings file set STATIC_ROOT? */
  readonly staticRoot: boolean
  /** Does the settings file name a storage that reads the manifest? */
  readonly manifest: boolean
  /** The settings file below the root, if it was found. */
  readonly settings: string | undefined
  /** Does git leave out what is built? */
  readonly ignored: boolean
}

/** Looks at a folder, and at nothing that would have to be run. */
export function lookAround(root: string): Surroundings {
  const { manage, build, m4 } = discover(root)
  const settings = manage === undefined ? undefined : settingsFile(root, manage)
  const text = settings === undefined ? '' : read(join(root, settings))
  const repository = topOf(root)
  return {
    manage,
    build,
    m4,
    nested: manage === undefined ? nestedManage(root) : undefined,
    repository,
    esm: /"type"\s*:\s*"module"/.test(read(join(root, 'package.json'))),
    requirements: ['requirements.txt', '.venv'].some((name) => existsSync(join(root, name))),
    packages: packagesOf(root),
    oldLess: usesOldLess(root),
    domain: `${domainName(root)}.localhost`,
    staticRoot: /^\s*STATIC_ROOT\s*=/m.test(text),
    manifest: /Manifest\w*StaticFilesStorage/.test(text),
    settings,
    ignored: /node_modules/.test(
      read(join(repository, '.gitignore')) + read(join(root, '.gitignore')),
    ),
  }
}

function settingsFile(root: string, manage: string): string | undefined {
  const named = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(read(join(root, manage)))
  const path = named?.[1]?.replaceAll('.', '/')
  return [`${path}.py`, `${path}/__init__.py`].find((file) => existsSync(join(root, file)))
}

function nestedManage(root: string): string | undefined {
  const folders = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : []
  const found = folders.find(
    (entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'manage.py')),
  )
  return found === undefined ? undefined : join(root, found.name)
}

function topOf(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (folder === dirname(folder)) return root
  }
}

function packagesOf(root: string): ReadonlySet<string> {
  try {
    const { dependencies, devDependencies } = JSON.parse(read(join(root, 'package.json'))) as {
      dependencies?: Record<string, string>
      devDependencies?: Record<string, string>
    }
    return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})])
  } catch {
    return new Set()
  }
}

/** By the version in package.json, or by a command line that no later lessc takes. */
function usesOldLess(root: string): boolean {
  const text = read(join(root, 'package.json'))
  const version = /"less"\s*:\s*"[~^=v\s]*(\d+)/.exec(text)?.[1]
  return version === undefined
    ? /\blessc\b.*--yui-compress/.test(text + read(join(root, 'Makefile')))
    : Number(version) < 4
}

function domainName(root: string): string {
  const name = root.slice(root.lastIndexOf('/') + 1).toLowerCase()
  return name.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'site'
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
