import { resolveConfig, type InlineConfig, type ResolvedConfig } from 'vite'
import { expect, test } from 'vitest'
import { djangoStatic } from '../src/index.ts'
import { startDev } from './support/dev.ts'
import { makeProject, type ProjectSpec, type TestProject } from './support/project.ts'
import { djangoPython } from './support/venv.ts'

function resolved(project: TestProject, config: InlineConfig = {}): Promise<ResolvedConfig> {
  const plugins = [djangoStatic({ python: djangoPython() }), config.plugins ?? []]
  return resolveConfig(
    { configFile: false, root: project.root, logLevel: 'silent', ...config, plugins },
    'serve',
  )
}

test('a STATIC_URL that is a path sets the base, and leaves origins to Vite', async () => {
  const project = makeProject({ admin: true })
  const { base, appType, publicDir, server } = await resolved(project)
  expect([base, appType, publicDir]).toEqual(['/static/', 'custom', ''])
  expect([server.origin, server.allowedHosts, server.port]).toEqual([undefined, [], 5173])
  expect(server.fs.allow).toContain(project.path('media'))
  expect(server.fs.allow).toContain(project.path('shop/static'))
  expect(server.fs.allow).not.toContain(project.root)
  expect(server.fs.allow.filter((dir) => dir.endsWith('admin/static'))).toHaveLength(1)
  for (const denied of ['.env', '*.{crt,pem,key}', project.path('site_/settings.py')])
    expect(server.fs.deny).toContain(denied)
})

test('a STATIC_URL that is a host sets origin, CORS and allowed hosts from Django’s settings', async () => {
  const spec: ProjectSpec = {
    staticUrl: 'https://cdn.shop.example:8443/s/',
    settings: "ALLOWED_HOSTS = ['www.shop.example', '.shop.example', '*']",
  }
  const { base, server } = await resolved(makeProject(spec))
  expect(base).toBe('/s/')
  expect(server.origin).toBe('https://cdn.shop.example:8443')
  expect(server.allowedHosts).toEqual(
    expect.arrayContaining(['cdn.shop.example', 'www.shop.example', '.shop.example']),
  )
  expect(server.allowedHosts).not.toContain('*')
  expect(server.cors).toMatchObject({ origin: [expect.any(RegExp)] })
})

test('what the user sets wins', async () => {
  const project = makeProject({ staticUrl: 'http://localhost:5199/static/' })
  const own = await resolved(project, {
    base: '/own/',
    appType: 'spa',
    publicDir: 'public',
    server: {
      origin: 'http://own.example',
      cors: false,
      allowedHosts: true,
      port: 4000,
      fs: { deny: ['*.own'], allow: ['/elsewhere'] },
    },
  })
  expect([own.base, own.appType]).toEqual(['/own/', 'spa'])
  expect(own.publicDir).toBe(project.path('public'))
  const { origin, cors, allowedHosts, port, fs } = own.server
  expect([origin, cors, allowedHosts, port]).toEqual(['http://own.example', false, true, 4000])
  expect(fs.deny).toContain('*.own')
  expect(fs.deny).not.toContain('.env.*')
  expect(fs.allow).toContain('/elsewhere')
})

test('listens where STATIC_URL says, when that is a port of this machine and no front has it', async () => {
  const project = makeProject({ staticUrl: 'http://localhost:5199/static/' })
  const { server } = await resolved(project)
  expect([server.port, server.strictPort]).toEqual([5199, true])
  const behind = await resolved(project, { plugins: [[{ name: 'vhost-dev' }]] })
  expect(behind.server.port).toBe(5173)
})

test('says what Django needs when its pages do not come to Vite', async () => {
  const alone = await startDev(makeProject().root)
  const said = alone.logged.filter((line) => line.includes('STATIC_URL is the path /static/'))
  expect(said).toEqual([
    expect.stringMatching(/Set STATIC_URL = 'http:\/\/localhost:\d+\/static\/' where DEBUG is on/),
  ])
  const behind = await startDev(makeProject().root, {}, { plugins: [{ name: 'vhost-dev' }] })
  expect(behind.logged.join('\n')).not.toContain('is the path')
})
