/** What we build, concatenated by the asset packages of Django sites, and asked for by an inline script. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requireJs, visit, type ScriptTag } from './page.ts'
import { readTree, Site } from './site.ts'
import { assetPython } from './venv.ts'

const python = assetPython()

const files: Readonly<Record<string, string>> = {
  'js/common.js': "define(['x'],function(x){trace.push('common');return {x:x}});",
  'js/x.js': "define(['text!./x.txt'],function(t){trace.push('x');return t});",
  'js/x.txt': 'text of x',
  'js/page.js':
    "define('page',['common','require'],function(common,require){trace.push('page');return {start:function(done){require(['late'],done)},x:common.x}});",
  'js/late.js': "define(['old'],function(){trace.push('late');return Old});",
  'js/old.js': 'var Old="old"',
  'js/umd.js':
    "(function(root,factory){typeof define==='function'&&define.amd?define('umd',[],factory):root.Umd=factory()})(this,function(){return 'umd'})",
  '/build.js':
    "({appDir:'www',baseUrl:'js',dir:'www-built',shim:{old:{exports:'Old'}},modules:[{name:'common'},{name:'page',exclude:['common']}]})",
}

const CONFIG = "var require={baseUrl:'/static/js',shim:{old:{exports:'Old'}}}"
const START =
  "require(['page','umd'],function(p,u){p.start(function(late){trace.push(p.x,late,u,require.toUrl('x.txt'))})})"
const EXPECTED = ['x', 'common', 'page', 'late', 'text of x', 'old', 'umd', '/static/js/x.txt']
const PLAIN = ['js/lib/require.js', 'js/common.js', 'js/page.js', 'js/umd.js']

const SETTINGS = `
import sys, json, django
from django.conf import settings
root, mode = sys.argv[1], sys.argv[2]
names = json.loads(sys.argv[3])
settings.configure(
    DEBUG=False, SECRET_KEY='x', STATIC_URL='/static/', STATIC_ROOT=root + '/collected', STATICFILES_DIRS=[root + '/out'],
    INSTALLED_APPS=['django.contrib.staticfiles', 'compressor', 'pipeline'],
    STATICFILES_FINDERS=['django.contrib.staticfiles.finders.FileSystemFinder', 'compressor.finders.CompressorFinder', 'pipeline.finders.PipelineFinder'],
    STORAGES={'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'}, 'staticfiles': {'BACKEND': {
        'pipeline': 'pipeline.storage.PipelineManifestStorage', 'wrapped': 'pipeline.storage.PipelineManifestStorage',
        'manifest': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage',
    }.get(mode, 'django.contrib.staticfiles.storage.StaticFilesStorage')}},
    COMPRESS_ENABLED=True, COMPRESS_OFFLINE=mode == 'offline',
    PIPELINE={'JS_COMPRESSOR': None, 'DISABLE_WRAPPER': mode == 'pipeline', 'PIPELINE_ENABLED': True,
              'JAVASCRIPT': {'all': {'source_filenames': names, 'output_filename': 'js/all.js'}}},
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'DIRS': [root + '/templates'], 'APP_DIRS': True}],
)
django.setup()
from django.core.management import call_command
from django.template.loader import render_to_string
call_command('collectstatic', interactive=False, verbosity=0)
if mode == 'offline':
    call_command('compress', verbosity=0, force=True)
print(render_to_string('page.html'))
`

function tags(html: string): ScriptTag[] {
  return [...html.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)].map(
    ([, attributes = '', text = '']) => {
      const src = /src="([^"]*)"/.exec(attributes)?.[1]
      return src === undefined ? { text } : { src }
    },
  )
}

/** A page of a Django site whose static files are what we build. */
async function page(
  mode: 'online' | 'offline' | 'inline' | 'manifest' | 'pipeline' | 'wrapped',
  stock: boolean,
): Promise<{ trace: readonly unknown[]; errors: readonly unknown[]; scripts: number }> {
  using site = new Site(files)
  await site.ours({}, { base: '/static/' })
  if (stock) writeFileSync(join(site.root, 'out/js/lib/require.js'), requireJs)
  const sources = PLAIN.map((name) => `<script src="{% static '${name}' %}"></script>`).join('\n')
  const body =
    mode.startsWith('pipe') || mode === 'wrapped'
      ? "{% load pipeline %}{% javascript 'all' %}"
      : `{% load compress %}{% compress js${mode === 'inline' ? ' inline' : ''} %}${sources}{% endcompress %}`
  mkdirSync(join(site.root, 'templates'))
  writeFileSync(
    join(site.root, 'templates/page.html'),
    `{% load static %}<script>${CONFIG}</script>\n${body}\n<script>${START}</script>`,
  )
  const html = execFileSync(
    python ?? '',
    ['-c', SETTINGS, site.root, mode, JSON.stringify(PLAIN)],
    { encoding: 'utf8', cwd: site.root },
  )
  const texts = readTree(join(site.root, 'collected'))
  const scripts = tags(html)
  const served = new Map([...texts].map(([name, text]) => [`static/${name}`, text]))
  const { trace, errors } = await visit(served, scripts)
  return { trace, errors, scripts: scripts.length }
}

describe.skipIf(python === undefined)('scripts that a Django site concatenates', () => {
  test.each([
    ['django-compressor, when a page is rendered', 'online', false],
    ['django-compressor, when a page is rendered, with stock require.js', 'online', true],
    ['django-compressor, before (offline)', 'offline', false],
    ['django-compressor, into the page', 'inline', false],
    ['django-compressor, with Django’s hashed names', 'manifest', false],
    ['django-pipeline', 'pipeline', false],
    ['django-pipeline, with stock require.js', 'pipeline', true],
    ['django-pipeline, wrapped in a function', 'wrapped', false],
  ] as const)('by %s', { timeout: 60_000 }, async (_, mode, stock) => {
    const { trace, errors, scripts } = await page(mode, stock)
    expect(errors).toEqual([])
    expect(scripts).toBe(3)
    expect(trace).toEqual(EXPECTED)
  })
})
