import { symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startDev } from './support/dev.ts'
import { makeProject } from './support/project.ts'

const SECRETS = ['SETTINGS-SECRET', 'ENV-SECRET', 'DB-SECRET', 'KEY-SECRET', 'root:x:0:0']

function hostileUrls(root: string): string[] {
  const targets = ['site_/settings.py', '.env', 'db.sqlite3', 'manage.py', 'key.pem']
  const urls: string[] = []
  for (const target of targets) {
    urls.push(
      `/${target}`,
      `/static/${target}`,
      `/static/../${target}`,
      `/static/..%2f${target}`,
      `/static/%2e%2e/${target}`,
      `/static/%2e%2e%2f${target}`,
      `/static/%252e%252e%252f${target}`,
      `/static/x/../../${target}`,
      `/static/main/..%5c..%5c${target}`,
      `/static/./../${target}`,
      `/static//${target}`,
      `/static/${root}/${target}`,
      `/static/%2f${root.slice(1)}/${target}`,
      `/static/@fs${root}/${target}`,
      `/static/@fs${root}/media/../${target}`,
      `/static/@fs${root}/media/%2e%2e/${target}`,
      `/static/@fs/${root}/${target}?raw`,
      `/static/@fs${root}/${target}?import&raw??`,
      `/static/@fs${root}/${target}?url&inline`,
      `/static/@fs${root}/${target}?raw&import`,
      `/static/@fs${root}/${target}?html-proxy&index=0.js`,
      `/static/@fs${root}/media/main/site.css/../../../${target}`,
      `/static/@id/${root}/${target}`,
      `/static/@id/__x00__${root}/${target}`,
      `/static/${target}?raw`,
      `/static/${target}?import`,
      `/static/${target}?import&raw`,
      `/static/${target}?url`,
      `/static/${target}?direct`,
      `/static/${target}?worker`,
      `/static/${target}%00.js`,
      `/static/${target}.0123456789ab`,
      `/static/node_modules/../${target}`,
      `/static/node_modules/%2e%2e/${target}`,
      `/static/node_modules/.kovu/${target}`,
      `/static/brand/../${target}`,
      `/static/brand/..%2F${target}`,
      `/static/;/../${target}`,
      `/static/media/../${target}`,
    )
  }
  urls.push(
    '/static/../../../../../../etc/passwd',
    '/static/@fs/etc/passwd',
    '/static/@fs/etc/passwd?raw',
    '/static//etc/passwd',
    '/static/%2fetc%2fpasswd',
    '/etc/passwd',
    '/static/%',
    '/static/%zz',
    '/static/%ff%fe',
    '/static/\\..\\manage.py',
    '/static/',
    '/static/main',
    '/static/main/',
    '/static',
    'http://evil.example/static/../manage.py',
  )
  return urls
}

test('never serves what no finder names, whatever the URL', async () => {
  const project = makeProject({
    settings: '# SETTINGS-SECRET\n',
    files: {
      'media/main/site.css': 'a{}',
      '.env': 'ENV-SECRET',
      'db.sqlite3': 'DB-SECRET',
      'key.pem': 'KEY-SECRET',
      'node_modules/.kovu/.env': 'ENV-SECRET',
      'node_modules/.kovu/site_/settings.py': 'SETTINGS-SECRET',
      'node_modules/.kovu/db.sqlite3': 'DB-SECRET',
      'node_modules/.kovu/key.pem': 'KEY-SECRET',
      'node_modules/.kovu/manage.py': 'KEY-SECRET',
    },
  })
  const { get } = await startDev(project.root)
  const urls = hostileUrls(project.root)
  expect(urls.length).toBeGreaterThan(60)
  expect((await get('/static/main/site.css')).text).toBe('a{}')
  for (const url of urls) {
    for (const headers of [{}, { accept: 'text/css', 'sec-fetch-dest': 'script' }]) {
      const answer = await get(url, headers)
      const leaked = SECRETS.filter((secret) => answer.text.includes(secret))
      expect([url, leaked]).toEqual([url, []])
      expect([url, answer.text.includes('execute_from_command_line')]).toEqual([url, false])
      expect([url, answer.status < 400 && answer.text.includes('import os')]).toEqual([url, false])
    }
  }
})

test('files of the project are not served even where STATICFILES_DIRS names its folder', async () => {
  const project = makeProject({
    dirs: '[BASE_DIR]',
    settings: '# SETTINGS-SECRET\n',
    files: {
      'media/site.css': 'a{}',
      'site_/production.py': 'SETTINGS-SECRET',
      '.env': 'ENV-SECRET',
      '.env.local': 'ENV-SECRET',
      '.git/config': 'KEY-SECRET',
      'db.sqlite3': 'DB-SECRET',
      'backup.db': 'DB-SECRET',
      'key.pem': 'KEY-SECRET',
      'media/plain.txt': 'plain',
    },
  })
  symlinkSync(project.path('site_/settings.py'), project.path('media/link.txt'))
  const { get, logged } = await startDev(project.root)
  expect((await get('/static/media/site.css')).text).toBe('a{}')
  expect((await get('/static/media/plain.txt')).text).toBe('plain')
  const names = [
    'site_/settings.py',
    'site_/production.py',
    'manage.py',
    'media/link.txt',
    '.env',
    '.env.local',
    '.git/config',
    'db.sqlite3',
    'backup.db',
    'key.pem',
  ]
  for (const name of names) {
    for (const url of [
      `/static/${name}`,
      `/static/${name}?raw`,
      `/static/${name}?import&raw`,
      `/static/${name}?url&inline`,
      `/static/@fs${project.root}/${name}`,
      `/static/@fs${project.root}/${name}?raw`,
      `/static/@fs${project.root}/${name}?import&raw`,
    ]) {
      // A link is an @fs path of its own: the file that Vite is asked for is not the one that it reads.
      if (name.endsWith('link.txt') && url.includes('@fs')) continue
      const answer = await get(url)
      expect([url, SECRETS.filter((secret) => answer.text.includes(secret))]).toEqual([url, []])
      expect([url, answer.text.includes('execute_from_command_line')]).toEqual([url, false])
    }
  }
  expect((await get('/static/site_/settings.py')).status).toBe(403)
  expect(logged.join('\n')).toMatch(
    /settings\.py is not served: it is one of the project's own files/,
  )
})

test('a host that is not the site’s is refused', async () => {
  const project = makeProject({
    staticUrl: 'https://cdn.shop.example/static/',
    files: { 'media/a.css': 'a{}' },
  })
  const { get } = await startDev(project.root)
  expect((await get('/static/a.css', { host: 'evil.example' })).status).toBe(403)
  expect((await get('/static/a.css', { host: 'cdn.shop.example' })).status).toBe(200)
})

test('only pages of the site may read the static host', async () => {
  const project = makeProject({
    staticUrl: 'https://cdn.shop.example:8443/static/',
    files: { 'media/a.css': 'a{}' },
  })
  const { get } = await startDev(project.root)
  const allowed = async (origin: string): Promise<boolean> => {
    const { headers } = await get('/static/a.css', { host: 'cdn.shop.example', origin })
    return headers['access-control-allow-origin'] === origin
  }
  for (const origin of [
    'https://www.shop.example:8443',
    'https://shop.example:8443',
    'https://ada.www.shop.example:8443',
    'https://www.shop.example',
    'https://www.shop.example:443',
  ]) {
    expect([origin, await allowed(origin)]).toEqual([origin, true])
  }
  for (const origin of [
    'https://www.shop.example:9999',
    'https://evil.example:8443',
    'https://shop.example.evil:8443',
    'https://notshop.example:8443',
    'https://www.shopxexample:8443',
    'http://localhost:3000',
    'null',
  ]) {
    expect([origin, await allowed(origin)]).toEqual([origin, false])
  }
})

test('survives a link that leads in a circle', async () => {
  const project = makeProject({ files: { 'media/deep/a.css': 'a{}' } })
  symlinkSync(project.path('media'), project.path('media/deep/loop'))
  symlinkSync('gone', project.path('media/dangling.css'))
  symlinkSync('itself', project.path('media/itself'))
  const { get } = await startDev(project.root)
  expect((await get('/static/deep/a.css')).text).toBe('a{}')
  for (const name of ['dangling.css', 'itself', 'itself/x.css', 'x'.repeat(5000)])
    expect((await get(`/static/${name}`)).status).toBe(404)
})
