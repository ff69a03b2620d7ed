import { mkdirSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { bundle, failure, project, type Project, serve } from './support/project.ts'

const PASSWORD = '$uper$ecret!'

function site(): Project {
  const made = project({
    'm4/base.m4': `define(\`__DB_PASSWORD__', \`${PASSWORD}')define(\`__HOST__', \`cdn.drund.com')`,
    'm4/development.local.m4': 'dnl',
    'm4/lib/more.inc': PASSWORD,
    'm4/settings.json.m4': '{ "password": "__DB_PASSWORD__" }',
    'm4/settings.py.m4': 'PASSWORD = "__DB_PASSWORD__"',
    'elsewhere/part.inc': PASSWORD,
    'm4/deep.txt.m4': "builtin(`include', `elsewhere/part.inc')",
    '.env': `PASSWORD=${PASSWORD}`,
    '.env.local': `PASSWORD=${PASSWORD}`,
    'keys/server.pem': PASSWORD,
    'index.html': '<script type="module" src="/main.js"></script>',
    'main.js': 'console.log("open")',
    'config.json': '{ "open": true }',
    'public/robots.txt': 'open',
  })
  mkdirSync(made.file('links'))
  symlinkSync('../settings.json', made.file('links/linked.json'))
  symlinkSync('../m4', made.file('links/m4'))
  return made
}

const outputs = { 'settings.json.m4': 'app/settings.json', 'settings.py.m4': 'app/settings.py' }

/** Asks for a URL exactly as it is: `fetch` would tidy it. */
async function ask(port: number, target: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), body: text })
    })
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    )
  })
}

/** URLs for a file, by name below the root and on disk, in every form that some middleware understands. */
const forms = (name: string, file: string): string[] => [
  `/${name}`,
  `/${name}?raw`,
  `/${name}?url`,
  `/${name}?inline`,
  `/${name}?import`,
  `/${name}?import&raw`,
  `/${name}?raw&import`,
  `/${name}?url&inline`,
  `/${name}?v=1&t=2#x`,
  `/${name}?html-proxy&index=0.css`,
  `/${name}?worker`,
  `/${name}?worker_file&type=module`,
  `/${name}??raw`,
  `/${name}?.svg?raw`,
  `/${name}?import&?inline=1.wasm?init`,
  `//${name}`,
  `/./${name}`,
  `/.//${name}`,
  `/x/../${name}`,
  `/x/%2e%2e/${name}`,
  `/%2e/${name}`,
  `/x/..%2f${name}`,
  `/x\\..\\${name}`,
  `/${name.replaceAll('/', '%2f')}`,
  `/${name.replaceAll('/', '%252F')}`,
  `/${name.replaceAll('/', '//')}`,
  `/${name.replaceAll('/', '\\')}`,
  `/${name.replace('s', '%73')}`,
  `/${name.replace('s', '%2573')}`,
  `/${name.replace('s', 'S')}`,
  `/${name}/`,
  `/${name}%00`,
  `/${name}%00.js`,
  `/${name}%3Fraw`,
  `/${name}%23x`,
  `/@fs${file}`,
  `/@fs${file}?raw`,
  `/@fs${file}?import&raw`,
  `/@fs/${file}`,
  `/@fs//${file}`,
  `/@fs${file.replaceAll('/', '%2F')}`,
  `/@fs${file.replaceAll('/', '%252F')}`,
  `/@fs${file.replace('s', '%73')}`,
  `/@fs/x/..${file}`,
  `/@fs${file}?import&raw??`,
  `/%40fs${file}`,
  `/@id/${file}`,
  `/@id/@fs${file}`,
  `/@id/__x00__${file}`,
  `/@id/${name}`,
  `http://localhost/${name}`,
  `http://evil.example/${name}?raw`,
]

describe('the development server', () => {
  test('has more than 40 forms of URL to refuse', () => {
    expect(new Set(forms('a/s', '/b/a/s')).size).toBeGreaterThanOrEqual(40)
  })

  test.each([
    'app/settings.json',
    'app/settings.py',
    'm4/base.m4',
    'm4/settings.json.m4',
    'm4/development.local.m4',
    'm4/lib/more.inc',
    'elsewhere/part.inc',
  ])('answers 403 to every URL of %s', async (name) => {
    const made = site()
    const { port } = await serve(made, { outputs })
    const answers = await Promise.all(
      forms(name, made.file(name)).map(async (url) => Object.assign(await ask(port, url), { url })),
    )
    expect(answers.filter(({ status }) => status !== 403)).toEqual([])
    expect(answers.filter(({ body }) => body.includes('ecret'))).toEqual([])
  })

  test('refuses links to them, and temporary files', async () => {
    const made = site()
    made.write('.settings.json.0123456789ab.tmp', PASSWORD)
    const { port } = await serve(made)
    for (const url of [
      '/links/linked.json',
      '/links/linked.json?raw',
      '/links/m4/base.m4',
      '/.settings.json.0123456789ab.tmp',
    ]) {
      expect([url, (await ask(port, url)).status]).toEqual([url, 403])
    }
  })

  test.each(['/', '/static/', 'https://cdn.drund.localhost/static/'])(
    'with the base %s too',
    async (base) => {
      const made = site()
      const { port } = await serve(made, { outputs }, { base })
      const prefix = base === '/' ? '' : '/static'
      for (const name of [
        'app/settings.json',
        '@fs' + made.file('app/settings.json'),
        'm4/base.m4',
        '.env',
      ]) {
        for (const url of [`${prefix}/${name}`, `${prefix}/${name}?import&raw`, `/${name}`]) {
          expect([url, (await ask(port, url)).status]).toEqual([url, 403])
        }
      }
    },
  )

  test.each([
    ['alone', {}],
    ['with a list of the user’s own', { server: { fs: { deny: ['**/private/**'] } } }],
  ])('keeps Vite’s own deny list: %s', async (_, config) => {
    const made = site()
    made.write('private/a.txt', PASSWORD)
    const { port, server } = await serve(made, {}, config)
    const bare = await (
      await import('vite')
    ).resolveConfig({ root: made.root, configFile: false, logLevel: 'silent', ...config }, 'serve')
    expect(server.config.server.fs.deny).toEqual(expect.arrayContaining(bare.server.fs.deny))
    for (const url of [
      '/.env',
      '/.env.local',
      '/.env?raw',
      '/.env?import&raw',
      `/@fs${made.file('.env')}`,
    ]) {
      expect([url, (await ask(port, url)).status]).toEqual([url, 403])
    }
    const pem = await ask(port, '/keys/server.pem')
    expect(pem.status).toBe('server' in config ? 200 : 403)
    const own = await ask(port, '/private/a.txt')
    expect(own.status).toBe('server' in config ? 403 : 200)
  })

  test('serves all else', async () => {
    const { port } = await serve(site(), { outputs })
    for (const url of [
      '/',
      '/main.js',
      '/config.json',
      '/config.json?import',
      '/robots.txt',
      '/@vite/client',
      '/settings',
      '/m4settings.js',
    ]) {
      expect([url, (await ask(port, url)).status]).toEqual([url, 200])
    }
  })

  test('is not deaf to malformed URLs', async () => {
    const { port } = await serve(site(), { outputs })
    for (const url of [
      '/%',
      '/%zz/app',
      '/%c0%ae%c0%ae/x',
      `/${'%25'.repeat(200)}`,
      '/@fs/',
      '/@id/',
    ]) {
      expect((await ask(port, url)).status).toBeGreaterThanOrEqual(200)
    }
  })
})

describe('a bundle', () => {
  test.each([
    ['an import', "import settings from './app/settings.json'; console.log(settings)"],
    ['raw text', "import settings from './app/settings.json?raw'; console.log(settings)"],
    ['a URL', "import settings from './app/settings.json?url'; console.log(settings)"],
    ['a definition', "import settings from './m4/base.m4?raw'; console.log(settings)"],
    ['an environment file', "import settings from './.env?raw'; console.log(settings)"],
    ['a glob', "console.log(import.meta.glob('./app/*.json', { eager: true }))"],
    ['new URL', "console.log(new URL('./app/settings.json', import.meta.url))"],
    ['a link', "import settings from './links/linked.json?raw'; console.log(settings)"],
  ])('has no settings by %s', async (_, code) => {
    const made = site()
    made.write('main.js', code)
    const links = {
      'settings.json.m4': code.includes('links') ? 'settings.json' : 'app/settings.json',
    }
    const error = await failure(() => bundle(made, { outputs: { ...outputs, ...links } }))
    expect(error.message).toContain('must not reach')
    expect(error.message).toContain('virtual:settings')
    expect(error.message).not.toContain('ecret')
  })

  test('warns when the value of a secret stands in it anyway', async () => {
    const made = site()
    made.write('main.js', `console.log('${PASSWORD}')`)
    const { warnings } = await bundle(made)
    expect(warnings.join('\n')).toContain('the value of __DB_PASSWORD__ stands in assets/index')
    expect(warnings.join('\n')).not.toContain(PASSWORD)
  })

  test('for a server may read them', async () => {
    const made = site()
    made.write('main.js', "import settings from './app/settings.json'; console.log(settings)")
    const { output } = await bundle(made, { outputs }, { build: { ssr: 'main.js' } })
    expect(output[0].code).toContain(PASSWORD)
  })

  test('has no settings from the public folder', async () => {
    const made = site()
    const error = await failure(() =>
      bundle(made, { outputs: { 'settings.json.m4': 'public/settings.json' } }),
    )
    expect(error).toMatchObject({ pluginCode: 'M4_SETTINGS_SEALED' })
    expect(made.exists('public/settings.json')).toBe(false)
  })
})
