import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readManifest, readTree, runBuild } from './support/build.ts'
import { makeProject, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

interface Entry {
  readonly id: string
  readonly django?: readonly string[]
}

const LEDGER = JSON.parse(readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as Entry[]
const MAP = ['source', 'MappingURL'].join('')
const SETTINGS = `
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}
import os
STATIC_ROOT = os.environ.get('ROOT_OF_STATIC', STATIC_ROOT)
`

/** The smallest site that shows the difference. */
const CASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'name-not-utf8': {},
  'query-on-import': {
    'media/a.css': '@import "b.css?v=1";',
    'media/b.css': 'a{background:url(i.png)}',
    'media/i.png': 'i',
  },
  'data-source-map': { 'media/a.js': `var a\n//# ${MAP}=data:application/json,{}\n` },
  'reference-in-comment': { 'media/a.css': '/* url(gone.png) */' },
  'missing-source-map': { 'media/a.js': `var a\n//# ${MAP}=a.js.map\n` },
  'quoted-with-space': { 'media/a.css': 'a{background:url( "i.png" )}', 'media/i.png': 'i' },
  'hash-in-folder': { 'media/a #1/a.css': 'a{background:url(i.png)}', 'media/a #1/i.png': 'i' },
  // Django goes from the deepest folder up: each pass settles one folder more.
  'deep-imports': Object.fromEntries([
    ['media/i.png', 'i'],
    ['media/x.css', 'a{background:url(i.png)}'],
    ...Array.from({ length: 11 }, (_, at) => [
      `media/${'d/'.repeat(at + 1)}x.css`,
      '@import "../x.css";',
    ]),
  ]),
}

/** What cannot be said as a file of a name. */
const PREPARE: Readonly<Record<string, (project: TestProject) => void>> = {
  'name-not-utf8': (project) =>
    writeFileSync(Buffer.concat([Buffer.from(project.path('media/a')), Buffer.from([0xff])]), 'a'),
}

test('every difference from collectstatic is in the ledger, and every entry has its case', () => {
  expect(LEDGER.map(({ id }) => id).sort()).toEqual(Object.keys(CASES).sort())
})

test.each(LEDGER)('differs from collectstatic still: $id', async ({ id, django = ['5.2'] }) => {
  const [version = '5.2'] = django
  const project = makeProject({ settings: SETTINGS, files: CASES[id] ?? {} })
  PREPARE[id]?.(project)
  await runBuild(project.root, { python: djangoPython(version) })
  const ours = readTree(project.path('staticroot'))
  const { paths } = readManifest(project.path('staticroot'))
  for (const hashed of Object.values(paths))
    expect([hashed, ours.has(hashed)]).toEqual([hashed, true])
  ours.delete('staticfiles.json')
  expect(theirTree(project, version)).not.toEqual(ours)
})

function theirTree(project: TestProject, version: string): Map<string, string> | string {
  const theirs = project.path('theirs')
  try {
    project.manage(['collectstatic', '--noinput', '-v0'], { ROOT_OF_STATIC: theirs }, version)
  } catch (error) {
    return (error as Error).message
  }
  const tree = readTree(theirs)
  tree.delete('staticfiles.json')
  return tree
}
