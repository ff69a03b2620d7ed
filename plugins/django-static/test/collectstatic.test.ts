import { expect, test } from 'vitest'
import { readManifest, readTree, runBuild } from './support/build.ts'
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
STATIC_ROOT = os.environ.get('ROOT_OF_STATIC', STATIC_ROOT)
`

// In parts, or Vitest would look for the map of this file.
const MAP = ['source', 'MappingURL'].join('')

/** Names and references that are awkward, none of them broken. */
function awkwardFiles(): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {
    'media/robots.txt': 'User-agent: *\n',
    'media/noext': 'x',
    'media/two.dots.min.js': 'var a\n',
    'media/ünïcode/ñ.png': 'n',
    'media/astral/𝒳.txt': 'x',
    'media/astral/\uFF5E.txt': 'y',
    'media/with space/a b.png': 'space',
    'media/d/%2F.txt': 'percent',
    'media/per%20cent.png': 'percent20',
    'media/d/quest?ion.txt': 'q',
    'media/d/hash#mark.txt': 'h',
    'media/plus+minus-~!().txt': 'p',
    'media/UPPER.CSS': 'a { background: url(not-followed.png) }',
    'media/module.mjs': 'import "./nothing.js"\n',
    'media/bytes.bin': Uint8Array.from([0, 255, 254, 10, 13]),
    'media/empty.css': '',
    'media/CVS/Entries': 'ignored',
    'media/.hidden/x.txt': 'ignored',
    'media/.dotfile': 'ignored',
    'media/backup.txt~': 'ignored',
    'media/a.less': 'ignored',
    'media/t/x.mustache': 'ignored',
    'media/shadowed.txt': 'first',
    'shop/static/shadowed.txt': 'second',
    'shop/static/shop/cart.js': `var cart\n//# ${MAP}=cart.js.map\n`,
    'shop/static/shop/cart.js.map': '{"version":3}',
    'shop/static/shop/crlf.js': `var a\r\n//# ${MAP}=cart.js.map\r\nvar b\r\n`,
    'shop/static/shop/inline.js': `var s = "x //# ${MAP}=no.map"\n`,
    'brand/logo.png': 'logo',
    'brand/css/brand.css':
      '.a{background:url(../logo.png)}.b{background:url("/static/shadowed.txt")}',
    'media/img/a.png': 'a',
    'media/img/b.svg': '<svg/>',
    'media/fonts/f.eot': 'eot',
    'media/fonts/f.woff': 'woff',
    'media/css/base.css': 'body{color:red}',
    'media/css/deep/er/x.css':
      '@import "../../base.css";\n@import url(../../base.css) screen;a{b:url(../../../img/a.png)}',
    'media/css/awkward.css': `\uFEFF@charset "utf-8";
@font-face { src: url(../fonts/f.eot); src: url(../fonts/f.eot?#iefix) format("x"), url('../fonts/f.woff?v=1.2#abc') }
a { background: URL(../img/a.png) }
b { background: url(../img/../img/./a.png) }
c { background: url(../img/b.svg#layer/one) }
d { background: url("../with%20space/a%20b.png") }
d { background: url(../with space/a b.png) }
e { background: url(data:image/png;base64,AAAA) }
f { background: url(http://example.com/x.png) }
g { background: url(//example.com/x.png) }
h { background: url(/media/other.png) }
j { background: url(/static/img/a.png) }
k { background: url('/static/img/a.png?x=1') }
l { background: url(../img/) }
m { background: url(../img) }
n { background: url(../ünïcode/ñ.png) }
o { background: url(../%C3%BCn%C3%AFcode/%C3%B1.png) }
/* url(../img/a.png) in a comment */
p { content: "url(../img/a.png)" }
q { background: url(../img/a.png)\u2028; }
@IMPORT 'base.css';
@import\t"deep/er/x.css";
/*# ${MAP}=awkward.css.map */
`,
    'media/css/awkward.css.map': '{}',
    'media/css/not-at-line.css': `a{} /*# ${MAP}=gone.map */`,
  }
  for (let at = 0; at < 120; at += 1) {
    files[`media/many/${at}/file.css`] =
      `a{background:url(../${(at * 7) % 120}/i.png)}${at > 0 ? `@import "../${Math.floor(at / 12)}/file.css";` : ''}`
    files[`media/many/${at}/i.png`] = `image ${at % 40}`
  }
  return files
}

const VERSIONS = ['5.2', '4.2', '3.2']

test.each(VERSIONS)('writes what collectstatic of Django %s writes', async (version) => {
  const project = makeProject({ settings: MANIFEST_STORAGE, files: awkwardFiles() })
  const theirs = project.path('theirs')
  const args = ['collectstatic', '--noinput', '-v0', '--ignore=*.less', '--ignore=*.mustache']
  project.manage(args, { ROOT_OF_STATIC: theirs }, version)
  await runBuild(project.root, { python: djangoPython(version) })
  const ours = project.path('staticroot')

  const ourTree = readTree(ours)
  const theirTree = readTree(theirs)
  expect([...ourTree.keys()].sort()).toEqual([...theirTree.keys()].sort())
  expect(ourTree.size).toBeGreaterThan(500)
  theirTree.delete('staticfiles.json')
  for (const [name, content] of theirTree) {
    expect([name, ourTree.get(name)]).toEqual([name, content])
  }
  const [mine, other] = [readManifest(ours), readManifest(theirs)]
  expect(mine.paths).toEqual(other.paths)
  expect(mine.version).toBe('1.0')
  // Django 3.2 writes no hash.
  expect(other.hash ?? mine.hash).toBe(mine.hash)
})
