import { expect, test } from 'vitest'
import { awkwardFiles } from './support/awkward.ts'
import { readManifest, readTree, runBuild, runPython } from './support/build.ts'
import { makeProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

const MANIFEST_STORAGE = `
import django
if django.VERSION >= (4, 2):
    STORAGES = {
        'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
        'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
    }
else:
    STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'
import os
STATIC_ROOT = BASE_DIR / os.environ.get('ROOT_OF_STATIC', STATIC_ROOT)
`

const VERSIONS = [
  ['5.2', 1],
  ['4.2', 2],
  ['3.2', 3],
] as const
/** With the admin's, 5,000 and more. */
const COUNT = 4_900

test.each(VERSIONS)(
  'writes what collectstatic of Django %s writes',
  async (version, seed) => {
    const project = makeProject({
      admin: true,
      settings: MANIFEST_STORAGE,
      files: awkwardFiles(COUNT, seed),
    })
    const theirs = project.path('theirs')
    const args = ['collectstatic', '--noinput', '-v0', '--ignore=*.less', '--ignore=*.mustache']
    project.manage(args, { ROOT_OF_STATIC: theirs }, version)
    await runBuild(project.root, { python: djangoPython(version) })
    const ours = project.path('staticroot')

    const ourTree = readTree(ours)
    const theirTree = readTree(theirs)
    expect(ourTree.size).toBeGreaterThan(9_000)
    theirTree.delete('staticfiles.json')
    const different = [...theirTree].flatMap(([name, content]) =>
      ourTree.get(name) === content ? [] : [{ name, theirs: content, ours: ourTree.get(name) }],
    )
    expect(different.slice(0, 20)).toEqual([])
    expect([...ourTree.keys()].filter((name) => !theirTree.has(name))).toEqual(['staticfiles.json'])
    const [mine, other] = [readManifest(ours), readManifest(theirs)]
    expect(mine.paths).toEqual(other.paths)
    expect(mine.version).toBe('1.0')
    // Django 3.2 writes no hash.
    expect(other.hash ?? mine.hash).toBe(mine.hash)
    // And it reads what we wrote, without collectstatic.
    expect(JSON.parse(runPython(project.root, READ, {}, version))).toEqual([])
  },
  180_000,
)

/** Names that `{% static %}` does not resolve to what staticfiles.json says. */
const READ = `import django, json; django.setup()
from urllib.parse import unquote
from django.conf import settings; settings.DEBUG = False
from django.contrib.staticfiles.storage import staticfiles_storage
paths = json.load(open(settings.STATIC_ROOT / 'staticfiles.json'))['paths']
plain = {name: hashed for name, hashed in paths.items() if not set('%#?') & set(name)}
assert len(plain) > 1000
print(json.dumps([
    name for name, hashed in plain.items()
    if unquote(staticfiles_storage.url(name)) != '/static/' + hashed
]))`
