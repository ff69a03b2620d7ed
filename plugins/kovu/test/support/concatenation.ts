import type { Project } from './project.ts'

/**
 * The config of a small site: `css` joins the parts that `main.txt` names, `js` joins all of `src/*.js` with the banner of a package and
 * of an environment variable, `static` joins both. Which target ran is told by its line in the log.
 */
export const concatenation = `
import fs from 'node:fs'
import path from 'node:path'
import { banner } from './banner.mjs'

const root = import.meta.dirname
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8')
function write(name, text, output) {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
  output(file)
}
const targets = {
  css: {
    help: 'joins what main.txt names',
    run({ input, output, log, root }) {
      input(path.join(root, 'main.txt'))
      const parts = read('main.txt').split('\\n').filter(Boolean)
      for (const part of parts) input(path.join(root, part))
      const texts = parts.map((part) => {
        if (fs.existsSync(path.join(root, part))) return read(part)
        if (process.env.KOVU_TEST_LENIENT) return 'none'
        throw new Error('There is no ' + part)
      })
      log.info('made css')
      write('out/site.css', texts.join(''), output)
    },
  },
  js: {
    help: 'joins src/*.js',
    run({ input, output, log }) {
      input('glob:src/*.js')
      input('env:KOVU_TEST_CDN')
      const names = fs.existsSync(path.join(root, 'src')) ? fs.readdirSync(path.join(root, 'src')).filter((name) => name.endsWith('.js')).sort() : []
      for (const name of names) input(path.join(root, 'src', name))
      log.info('made js')
      write('out/site.js', banner + (process.env.KOVU_TEST_CDN ?? '') + names.map((name) => read('src/' + name)).join(''), output)
    },
  },
  static: {
    help: 'joins both',
    deps: ['css', 'js'],
    run({ input, output, log }) {
      for (const name of ['out/site.css', 'out/site.js']) input(path.join(root, name))
      log.info('made static')
      write('public/all.txt', read('out/site.css') + read('out/site.js'), output)
    },
  },
}
export default { logLevel: 'silent', plugins: [{ name: 'fixture', api: { kovu: { targets } } }] }
`

/** The files of that site. */
export const site: Readonly<Record<string, string>> = {
  'vite.config.mjs': concatenation,
  'banner.mjs': "export const banner = '/* site */'",
  'package-lock.json': '{ "packages": { "node_modules/less": { "version": "4.4.0" } } }',
  'main.txt': 'a.txt\nb.txt\n',
  'a.txt': 'a { color: red }\n',
  'b.txt': 'b { color: blue }\n',
  'src/one.js': 'one()\n',
  'src/two.js': 'two()\n',
}

/** What a run of that site did. */
export interface Made {
  /** The targets that did something, by their own lines. */
  readonly made: string[]
  /** The reason that is given for one of them. */
  readonly why: string | undefined
}

/** The targets that did something, by their own lines. */
export function made(text: string): string[] {
  return [...text.matchAll(/^made (\w+)$/gm)].map(([, name = '']) => name).sort()
}

/**
 * What runs now.
 *
 * @param target Whose reason is wanted.
 */
export async function whatIsMade(project: Project, target = 'static'): Promise<Made> {
  const { text } = await project.kovu('--why')
  return { made: made(text), why: new RegExp(`^${target} runs: (.*)$`, 'm').exec(text)?.[1] }
}
