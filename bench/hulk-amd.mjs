// @ts-check
/**
 * hulk and hogan.js against ours, in one run: compiling, writing 1,000 and 10,000 files (whole processes), an edit of a partial
 * with 200 parents, sizes, rendering. CPU is user and system time; ratios are ours to theirs. Needs `npm run build`.
 *
 *     node bench/hulk-amd.mjs [rounds]
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createServer, minifySync } from 'vite'
import { hulkAmd } from '@kovu/hulk-amd'
import { lint } from '../plugins/hulk-amd/dist/lint/index.js'
import {
  emitAmdFile,
  emitEsm,
  mapOf,
  pack,
  PACKAGED,
} from '../plugins/hulk-amd/dist/output/index.js'
import { unpack } from '../plugins/hulk-amd/dist/runtime/index.js'
import { parseTemplate } from '../plugins/hulk-amd/dist/template/index.js'

const repository = resolve(import.meta.dirname, '..')
const require = createRequire(join(repository, 'plugins/hulk-amd/package.json'))
// The plugin's, not the workspace's.
const hoganName = 'hogan.js'
const hogan = require(hoganName)
const hulk = join(dirname(require.resolve(`${hoganName}/package.json`)), 'bin/hulk')
const kovu = join(repository, 'plugins/kovu/bin/kovu.js')
const rounds = Number(process.argv[2] ?? 5)
const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-bench-hulk-')))
const wrapping = { hoganId: 'hogan.js', variable: 'templates' }

const words =
  'user name title count url avatar date author post comment group member photo album event place message thread inbox like share follow invite settings profile status text body summary category tag price total address city phone email created owner role badge score level start end location video audio file size type error notice label button link menu item row column cell header footer content page panel card dialog field input select submit cancel edit view remove open next search query result'.split(
    ' ',
  )
const sentences =
  'Share this with your friends|Be the first to comment|See all|No results were found for your search|Please enter a valid address|Last updated|Posted by|Follow|Are you sure you want to remove this item?|Members|Upcoming events|Write a message|Attach a file|Save changes|You have new notifications|View profile|Join group|Who can see this'.split(
    '|',
  )

/** A template as pages have them, of about 2 kB, no two alike: every word is chosen by lot. @param {number} seed */
function varied(seed) {
  let state = seed * 7919 + 13
  const random = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
  /** @param {readonly string[]} list */
  const pick = (list) => list[Math.floor(random() * list.length)] ?? ''
  const name = () =>
    pick([pick(words), `${pick(words)}_${pick(words)}`, `${pick(words)}.${pick(words)}`])
  const classes = () =>
    Array.from(
      { length: 1 + Math.floor(random() * 3) },
      () => `${pick(words)}-${pick(words)}`,
    ).join(' ')
  /** @type {string[]} */
  const out = []
  /** @param {number} depth @param {() => void} inner */
  const inside = (depth, inner) => {
    for (let left = depth < 6 ? 1 + Math.floor(random() * 4) : 0; left > 0; left--) inner()
  }
  /** @param {string} pad @param {number} depth */
  const node = (pad, depth) => {
    const next = () => node(`${pad}  `, depth + 1)
    const kind = random()
    const key = name()
    if (kind < 0.18 && depth < 4) {
      out.push(`${pad}{{#${key}}}`)
      inside(depth, next)
      out.push(`${pad}{{/${key}}}`)
      if (random() < 0.35)
        out.push(`${pad}{{^${key}}}`, `${pad}  ${pick(sentences)}`, `${pad}{{/${key}}}`)
    } else if (kind < 0.26) out.push(`${pad}{{> ${pick(words)}_${pick(words)} }}`)
    else if (kind < 0.42 && depth < 5) {
      const tag = pick(['div', 'span', 'li', 'td', 'h3', 'section', 'article'])
      out.push(
        `${pad}<${tag} class="${classes()}"${random() < 0.3 ? ` id="${pick(words)}-{{${key}}}"` : ''}>`,
      )
      inside(depth, next)
      out.push(`${pad}</${tag}>`)
    } else if (kind < 0.6)
      out.push(
        `${pad}<a href="/${pick(words)}/{{${key}}}/" class="${classes()}" title="{{${name()}}}">{{${name()}}}</a>`,
      )
    else if (kind < 0.7)
      out.push(
        `${pad}<img src="{{${key}}}" alt="{{${name()}}}" width="${20 + Math.floor(random() * 200)}">`,
      )
    else if (kind < 0.85) out.push(`${pad}<p>${pick(sentences)} {{${key}}} ${pick(sentences)}</p>`)
    else if (kind < 0.92) out.push(`${pad}{{{${key}}}}`)
    else
      out.push(
        `${pad}<input name="${pick(words)}" value="{{${key}}}"{{#checked}} checked{{/checked}}>`,
      )
  }
  out.push(`<div class="${classes()}">`)
  for (let left = 3 + Math.floor(random() * 9); left > 0; left--) node('  ', 0)
  out.push('</div>')
  return `${out.join('\n')}\n`
}

/** Rows that differ in numbers only. @param {number} n */
function alike(n) {
  const row = (/** @type {number} */ at) =>
    `  <li class="row-${at} {{#selected}}is-selected{{/selected}}" data-id="{{id${n % 17}}}">\n` +
    `    <a href="{{url}}">{{title${at}}}</a> {{^empty}}<em>{{{html}}}</em>{{/empty}}\n    {{> row${n % 31} }}\n  </li>\n`
  return `<h2>{{heading.text${n}}}</h2>\n<ul>\n{{#items}}\n${[0, 1, 2, 3, 4].map(row).join('')}{{/items}}\n</ul>\n`
}

/** @param {number} count @param {(n: number) => string} make */
const many = (count, make) => Array.from({ length: count }, (_, n) => make(n))
/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
/** @param {number} n */
const round = (n) => Number(n.toPrecision(3))

/**
 * CPU milliseconds of work that only this process does, so that nobody pays for another's garbage: this file is run again with
 * the work's name.
 *
 * @param {string} theirs @param {string} ours
 */
function compare(theirs, ours) {
  const [a = 0, b = 0] = [theirs, ours].map((name) =>
    median(
      Array.from({ length: 3 }, () => {
        const argv = [import.meta.filename, String(rounds), name]
        const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
        if (status !== 0) throw new Error(stderr)
        return Number(stdout)
      }),
    ),
  )
  return { theirs: round(a), ours: round(b), ratio: round(b / a) }
}

/** What `compare` runs. @type {Record<string, () => () => void>} */
const works = {
  'compile varied hogan': () => compileByHogan(many(300, varied)),
  'compile varied ours': () => compileByOurs(many(300, varied)),
  'compile alike hogan': () => compileByHogan(many(300, alike)),
  'compile alike ours': () => compileByOurs(many(300, alike)),
  'render hogan': () => {
    const list = many(300, varied).map((text) => hogan.compile(text.trim()))
    return () => list.forEach((one) => one.render(context))
  },
  'render ours': () => {
    const list = many(300, varied).map((text) => unpack(packed(text)))
    return () => list.forEach((one) => one.render(context))
  },
  'load hogan': () => {
    const codes = many(300, varied).map((text) => hogan.compile(text.trim(), { asString: true }))
    const script = codes.map((code) => `new T(${code})`).join(';')
    // A comment that is new each time keeps the engine from knowing the script.
    // oxlint-disable-next-line no-implied-eval -- a page's script
    return () => void new Function('T', `${script}//${Math.random()}`)(hogan.Template)
  },
  'load ours': () => {
    const list = many(300, varied).map(packed)
    return () => list.forEach((one) => unpack(one))
  },
}

const context = Object.fromEntries(words.map((word) => [word, { name: word, title: '<b>' }]))

/** @param {string} text */
function packed(text) {
  const template = parseTemplate(text)
  return pack(template.tree, template.text).text
}

/** @param {string[]} texts */
function compileByHogan(texts) {
  return () => {
    hogan.cache = {}
    for (const text of texts) hogan.compile(text, { asString: true })
  }
}

/** @param {string[]} texts */
function compileByOurs(texts) {
  return () => {
    for (const text of texts) {
      const template = parseTemplate(text)
      lint(template.tree)
      mapOf(emitAmdFile(template, wrapping), 'a.mustache', text, template.shift)
    }
  }
}

/** Median CPU milliseconds of a piece of work that has been compiled by the engine. @param {() => void} work */
function cpuOf(work) {
  const times = Array.from({ length: 10 + rounds * 5 }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return median(times.slice(10))
}

/** @param {string} cwd @param {readonly string[]} argv @returns wall and CPU seconds */
function time(cwd, argv) {
  const ticks = () => {
    const { stdout } = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' })
    const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[13]) + Number(fields[14])) / 100
  }
  const [before, started] = [ticks(), performance.now()]
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { wall: (performance.now() - started) / 1000, cpu: ticks() - before }
}

function working() {
  for (const [name, what] of /** @type {const} */ ([
    ['compile varied', 'compile 300 varied templates, with warnings and map'],
    ['compile alike', 'compile 300 templates that are alike'],
    ['render', 'render 300 templates'],
    ['load', 'load 300 templates'],
  ])) {
    console.log(`${what}, CPU ms:`, compare(`${name} hogan`, `${name} ours`))
  }
}

/** @param {number} count */
function writing(count) {
  const root = join(temporary, String(count))
  mkdirSync(join(root, 't'), { recursive: true })
  for (const [n, text] of many(count, varied).entries()) {
    writeFileSync(join(root, `t/x${n}.template.mustache`), text)
  }
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(root, 'vite.config.js'),
    "import hulkAmd from '@kovu/hulk-amd'\nexport default { plugins: [hulkAmd({ outDir: 'ours' })] }\n",
  )
  // A folder of its own: kovu keeps its record there.
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(repository, 'node_modules/@kovu'), join(root, 'node_modules/@kovu'))
  const sides = { hulk: [], kovu: [], again: [] }
  for (let at = 0; at < rounds; at++) {
    for (const dir of ['theirs', 'ours']) rmSync(join(root, dir), { recursive: true, force: true })
    sides.hulk.push(time(root, [hulk, '--wrapper', 'amd', '--outputdir', 'theirs', 't/*.mustache']))
    sides.kovu.push(time(root, [kovu, 'templates']))
    sides.again.push(time(root, [kovu, 'templates']))
  }
  const medians = Object.fromEntries(
    Object.entries(sides).map(([name, list]) => [
      name,
      { wall: median(list.map(({ wall }) => wall)), cpu: median(list.map(({ cpu }) => cpu)) },
    ]),
  )
  console.log(`write ${count} templates, whole processes, seconds:`)
  for (const [name, { wall, cpu }] of Object.entries(medians)) {
    const ratio = { wall: round(wall / medians.hulk.wall), cpu: round(cpu / medians.hulk.cpu) }
    console.log(`  ${name}`, { wall: round(wall), cpu: round(cpu), ratio })
  }
  const written = readdirSync(join(root, 'ours/t')).length
  if (written !== count) throw new Error(`${written} files`)
}

async function editing() {
  const root = join(temporary, 'edit')
  mkdirSync(root)
  const parents = many(200, (n) => `p${n}.mustache`)
  for (const [n, name] of parents.entries())
    writeFileSync(join(root, name), `${varied(n)}{{>shared}}`)
  const partial = join(root, 'shared.mustache')
  writeFileSync(partial, varied(1000))
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [hulkAmd({ lint: { partials: false } })],
    server: { middlewareMode: true, ws: false },
  })
  for (const name of [...parents, 'shared.mustache'])
    await server.transformRequest(`/${name}?import`)
  const times = []
  for (let at = 0; at < rounds * 3; at++) {
    writeFileSync(partial, varied(2000 + at))
    const before = process.cpuUsage()
    const sent = new Promise((done) => {
      server.environments.client.hot.send = /** @type {any} */ (done)
    })
    server.watcher.emit('change', partial)
    await sent
    // What the page asks for then: the partial alone.
    await server.transformRequest('/shared.mustache?import')
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  await server.close()
  console.log('edit of a partial with 200 parents, CPU ms:', round(median(times)))
}

function sizes() {
  const gzip = (/** @type {string} */ text) => gzipSync(text).length
  const small = (/** @type {string} */ code) => minifySync('x.js', code, { module: true }).code
  for (const [name, make] of /** @type {const} */ ([
    ['varied', varied],
    ['alike', alike],
  ])) {
    const sources = many(1000, make)
    const templates = sources.map((text) => parseTemplate(text))
    const hulkFiles = templates.map((one) => emitAmdFile(one, wrapping).text)
    const esm = templates.map((one) => emitEsm(one, { names: PACKAGED, partials: new Map() }).text)
    const bundle = esm
      .map((code, n) => code.replace(/^import.*\n/, '').replaceAll('template', `t${n}`))
      .map((code) => code.replace(/export.*\n/, ''))
      .join('')
    const ours = small(`${bundle}export { ${esm.map((_, n) => `t${n}`).join()} }`)
    const hulkGzip = gzip(hulkFiles.join('\n'))
    const each = (/** @type {string[]} */ list) => list.reduce((sum, code) => sum + gzip(code), 0)
    console.log(`1,000 ${name} templates, bytes gzipped:`, {
      hulk: hulkGzip,
      ours: gzip(ours),
      ratio: round(gzip(ours) / hulkGzip),
      'the sources themselves': round(gzip(sources.join('\n')) / hulkGzip),
      'each alone': round(each(esm.map(small)) / each(hulkFiles)),
    })
  }
}

const named = works[process.argv[3] ?? '']
try {
  if (named) console.log(cpuOf(named()))
  else {
    working()
    sizes()
    await editing()
    writing(1000)
    writing(10_000)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
