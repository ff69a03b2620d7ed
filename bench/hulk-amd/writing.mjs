// @ts-check
/**
 * `hulk` and `kovu templates`, whole processes: nothing is there (as hulk does it, without a look at what is unsafe, and by default,
 * with it), and again with nothing changed.
 */
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median, round, run } from './measure.mjs'
import { hulk, kovu, repository } from './peers.mjs'
import { many, varied } from './templates.mjs'

/** @param {string} temporary @param {number} rounds @param {number} count */
export function measureWriting(temporary, rounds, count) {
  const root = join(temporary, String(count))
  mkdirSync(join(root, 't'), { recursive: true })
  for (const [n, text] of many(count, varied).entries()) {
    writeFileSync(join(root, `t/x${n}.template.mustache`), text)
  }
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  const configure = (/** @type {boolean} */ lint) =>
    writeFileSync(
      join(root, 'vite.config.js'),
      `import hulkAmd from '@kovu/hulk-amd'\nexport default { plugins: [hulkAmd({ outDir: 'ours', lint: ${lint} })] }\n`,
    )
  // A folder of its own: kovu keeps its record there.
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(repository, 'node_modules/@kovu'), join(root, 'node_modules/@kovu'))
  const sides = { hulk: [], kovu: [], linting: [], again: [] }
  for (let at = 0; at < rounds; at++) {
    const empty = () => {
      for (const dir of ['theirs', 'ours', 'node_modules/.kovu'])
        rmSync(join(root, dir), { recursive: true, force: true })
    }
    empty()
    sides.hulk.push(run(root, [hulk, '--wrapper', 'amd', '--outputdir', 'theirs', 't/*.mustache']))
    configure(false)
    sides.kovu.push(run(root, [kovu, 'templates']))
    empty()
    configure(true)
    sides.linting.push(run(root, [kovu, 'templates']))
    sides.again.push(run(root, [kovu, 'templates']))
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
