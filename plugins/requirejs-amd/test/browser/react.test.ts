/** A React island in TypeScript beside AMD modules that use React: hooks work in both only with one instance of it. */
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { build, createServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { requirejsAmd } from '../../src/index.ts'
import { useLoader } from '../runtime/fake-page.ts'
import { openChromium } from './chromium.ts'

useLoader()

const require = createRequire(import.meta.url)

const files: Record<string, string> = {
  'www/index.html':
    '<div id="root"></div><script data-main="/js/main" src="/js/lib/require.js"></script>',
  'www/js/lib/require.js': readFileSync(require.resolve('requirejs/require.js'), 'utf8'),
  'build.js': "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}]})",
  'www/js/main.js':
    "require(['react','island','widgets/counter'],function(React,island,Counter){window.same=[island.React===React,React.isValidElement(island.element),island.Counter===Counter].join();island.mount(document.getElementById('root'),React.createElement(Counter,{name:'main'}))})",
  'www/js/widgets/counter.js':
    "define(['react'],function(React){return function Counter(props){var state=React.useState(0);var theme=React.useContext(props.theme||React.createContext('no theme'));return React.createElement('button',{id:props.name,onClick:function(){state[1](state[0]+1)}},props.name+' '+state[0]+' '+theme)}})",
  'www/js/island.tsx': `import React, { createContext, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import Counter from './widgets/counter'

const Theme = createContext('plain')

function Island({ children }: { children: ReactNode }) {
  const [clicks, setClicks] = useState<number>(0)
  return (
    <Theme.Provider value={'dark ' + clicks}>
      <p id="island" onClick={() => setClicks(clicks + 1)}>{clicks} clicks</p>
      <Counter name="island-counter" theme={Theme} />
      {children}
    </Theme.Provider>
  )
}

export const element = <Island>text</Island>
export function mount(node: HTMLElement, child: ReactNode): void {
  createRoot(node).render(<Island>{child}</Island>)
}
export { Counter, React }
`,
  'tsconfig.json': '{"compilerOptions":{"jsx":"react-jsx"}}',
  'package.json': '{"name":"site","dependencies":{"react":"19","react-dom":"19"}}',
}

let browser: Browser
let root: string
beforeAll(async () => {
  browser = await openChromium()
})
afterAll(() => browser.close())
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'amd-react-')))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  mkdirSync(join(root, 'node_modules'))
  const packages = [
    require.resolve('react/package.json'),
    require.resolve('react-dom/package.json'),
  ]
  for (const file of packages) {
    symlinkSync(dirname(file), join(root, 'node_modules', basename(dirname(file))))
  }
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Clicks on what AMD and the island have drawn, and looks at it. */
async function expectOneReact(url: string): Promise<void> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  const text = (id: string): Promise<string> => page.locator(`#${id}`).innerText()
  try {
    await page.goto(url)
    await page.locator('#main').click()
    await page.locator('#island-counter').click()
    await page.locator('#island-counter').click()
    await page.locator('#island').click()
    await expect.poll(() => text('main')).toBe('main 1 no theme')
    await expect.poll(() => text('island-counter')).toBe('island-counter 2 dark 1')
    await expect.poll(() => text('island')).toBe('1 clicks')
    expect(await page.evaluate('same')).toBe('true,true,true')
    expect(errors).toEqual([])
  } finally {
    await page.close()
  }
}

test('in development', async () => {
  const server = await createServer({
    root: join(root, 'www'),
    cacheDir: join(root, '.vite'),
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    // Found one after the other, they would load the page again while it is tried out.
    optimizeDeps: { include: ['react', 'react-dom/client', 'react/jsx-dev-runtime'] },
    plugins: [requirejsAmd()],
  })
  try {
    await server.listen()
    await expectOneReact(server.resolvedUrls?.local[0] ?? '')
  } finally {
    await server.close()
  }
})

test.each(['amd', 'esm'] as const)('in a build with `format: %s`', async (format) => {
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    publicDir: 'www',
    plugins: [requirejsAmd({ build: 'build.js', loader: 'js/lib/require.js', format })],
  })
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(root, 'dist', pathname === '/' ? 'index.html' : decodeURIComponent(pathname))
    if (!existsSync(file)) return response.writeHead(404).end()
    const type = file.endsWith('.js') ? 'text/javascript' : 'text/html'
    return createReadStream(file).pipe(response.setHeader('Content-Type', type))
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  try {
    await expectOneReact(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  } finally {
    server.close()
  }
})
