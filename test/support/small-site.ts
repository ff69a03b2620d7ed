import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { python } from './process.ts'
import { kovu } from './production.ts'
import { repository } from './site.ts'

/** A Django site of a few files with everything that the preset brings along, in a folder of its own. */
export interface SmallSite {
  readonly root: string
  /** Writes a file below the root; undefined removes it. */
  write(path: string, text: string | undefined): Promise<void>
  /** Runs the command, and gives what it printed. */
  kovu(...argv: string[]): { code: number | null; text: string }
  /** What is published, by name: the manifest, and every file that it names. */
  published(): Promise<Record<string, string>>
  remove(): Promise<void>
}

/**
 * Makes the site.
 *
 * @param files What differs from {@link sources}.
 */
export async function makeSmallSite(
  files: Readonly<Record<string, string>> = {},
): Promise<SmallSite> {
  await mkdir(join(repository, '.tmp'), { recursive: true })
  const root = await mkdtemp(join(repository, '.tmp', 'small-'))
  const site: SmallSite = {
    root,
    async write(path, text) {
      const file = join(root, path)
      if (text === undefined) {
        await rm(file, { force: true })
        return
      }
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    kovu(...argv) {
      const { status, stdout, stderr } = spawnSync(kovu, argv, { cwd: root, encoding: 'utf8' })
      return { code: status, text: stdout + stderr }
    },
    async published() {
      const folder = join(root, 'staticroot')
      const manifest = await readFile(join(folder, 'staticfiles.json'), 'utf8').catch(() => '')
      const paths = pathsOf(manifest)
      // The source of an entry stands under no name of its own.
      const names = [...new Set(Object.entries(paths).flat())].filter((name) =>
        existsSync(join(folder, name)),
      )
      const entries = names
        .toSorted()
        .map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const)
      return { 'staticfiles.json': manifest, ...Object.fromEntries(await Promise.all(entries)) }
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  }
  for (const [path, text] of Object.entries({ ...sources, ...files })) await site.write(path, text)
  return site
}

/** Hashed names by public name; none for a manifest that is not there, or is damaged. */
function pathsOf(manifest: string): Record<string, string> {
  try {
    return (JSON.parse(manifest) as { paths: Record<string, string> }).paths
  } catch {
    return {}
  }
}

/** Texts of the site's files. Three sheets share a part: one of a page, one that a module imports, one that nobody mentions. */
export const sources: Readonly<Record<string, string>> = {
  'manage.py': `import os
import sys
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`,
  'site_/__init__.py': '',
  'site_/settings.py': `from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'none'
INSTALLED_APPS = ['django.contrib.staticfiles']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'DIRS': [BASE_DIR / 'templates']}]
STATIC_URL = '/static/'
STATIC_ROOT = BASE_DIR / 'staticroot'
STATICFILES_DIRS = [BASE_DIR / 'media']
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
`,
  'templates/index.html': `{% load static %}
<link rel="stylesheet" href="{% static 'css/site.css' %}">
<script type="module" src="{% static 'js/island.js' %}"></script>
<script src="{% static 'js/plain.js' %}"></script>
`,
  'build.js': "({ appDir: 'media', baseUrl: 'js', dir: 'built', modules: [{ name: 'main' }] })",
  'media/css/site.less': `@import 'parts/colours';
@import 'parts/card';
body { background: url(../img/dot.svg) @paper }
`,
  'media/css/parts/colours.less': '@paper: white;\n',
  'media/css/parts/card.less': '.card { color: @paper }\n',
  'media/css/unmentioned.less': "@import 'parts/colours';\n.none { color: @paper }\n",
  'media/img/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  'media/js/main.js':
    "define(['./part', '../t/hello.template'], function (part, hello) { return [part, hello] })\n",
  'media/js/part.js': "define([], function () { return 'part' })\n",
  'media/js/plain.js': 'window.plain = 1\n',
  'media/js/island.js':
    "import './island.css'\nimport './pure.css'\nexport const island = import.meta.env.MODE\n",
  'media/js/pure.css': '.pure { top: 0 }\n',
  'media/js/island.less': "@import '../css/parts/colours';\n.island { color: @paper }\n",
  'media/t/hello.template.mustache': '<p>{{name}}</p>\n',
  'vite.config.mjs': configOf(''),
}

/** The site's Vite config. @param more Further plugins, as code. */
export function configOf(more: string): string {
  return `import { kovu } from 'kovu'
export default {
  logLevel: 'warn',
  plugins: [
    kovu({ django: { manage: 'manage.py', python: ${JSON.stringify(python)} }, requirejs: { build: 'build.js' } }),
    ${more}
  ],
}
`
}

/** Names of the folders that a build makes. */
const madeFolders: ReadonlySet<string> = new Set(['node_modules', 'staticroot', 'built'])

/** Copies a site's sources, but nothing that was made of them, to another site. */
export async function copySources(from: SmallSite, to: SmallSite): Promise<void> {
  for (const entry of await readdir(to.root, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await rm(join(entry.parentPath, entry.name), { force: true })
  for (const entry of await readdir(from.root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(from.root.length + 1)
    if (!entry.isFile() || madeFolders.has(path.split('/')[0] ?? '')) continue
    await to.write(path, await readFile(join(from.root, path), 'utf8'))
  }
}

/**
 * What a build of the same sources from nothing publishes.
 *
 * @param clean Another site, to build in.
 */
export async function fromNothing(
  site: SmallSite,
  clean: SmallSite,
): Promise<Record<string, string>> {
  await copySources(site, clean)
  const { code, text } = clean.kovu()
  if (code !== 0) throw new Error(text)
  return clean.published()
}
