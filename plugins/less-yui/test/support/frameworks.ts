import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** A style library of its time, as npm has it. */
export interface Framework {
  readonly name: string
  /** The less it was written for, as a package name. */
  readonly less: string
  readonly options: Readonly<Record<string, unknown>>
  /** The folder of its sources, and the sheet in it. */
  readonly sources: () => Promise<{ folder: string; sheet: string }>
}

/**
 * The files of an npm package without its dependencies, of which a few have hundreds of megabytes: a tarball that is unpacked once into
 * `node_modules/.cache`.
 *
 * @param spec `name@version`.
 * @param integrity The sha512 that the tarball must have.
 */
async function unpacked(spec: string, integrity: string): Promise<string> {
  const cache = path.resolve(import.meta.dirname, '../../../../node_modules/.cache/less-yui')
  const folder = path.join(cache, spec)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const temporary = mkdtempSync(path.join(cache, 'unpack-'))
  try {
    const { stdout } = await run('npm', ['pack', '--silent', spec], { cwd: temporary })
    const tarball = path.join(temporary, stdout.trim())
    const sum = createHash('sha512').update(readFileSync(tarball)).digest('base64')
    if (sum !== integrity) throw new Error(`${spec} is not what it was: sha512-${sum}`)
    await run('tar', ['xzf', tarball, '-C', temporary])
    // Another test file may have been faster.
    if (!existsSync(folder)) renameSync(path.join(temporary, 'package'), folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return folder
}

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'bootstrap 2.3.2',
    less: 'less-1.7.5',
    options: {},
    async sources() {
      const folder = await unpacked(
        'bootstrap2@2.3.2',
        'dlnwTV+GZtSVbejzuoucPgUB5Fsx5F+nBhXJ9Dpah2X+izVFORnRfmDym8RR4zX46oTODNpBYu//k2XyD29rmQ==',
      )
      return { folder, sheet: path.join(folder, 'less/bootstrap.less') }
    },
  },
  {
    name: 'bootstrap 3.4.1',
    less: 'less',
    options: {},
    sources() {
      const folder = path.dirname(require.resolve('bootstrap/package.json'))
      return Promise.resolve({ folder, sheet: path.join(folder, 'less/bootstrap.less') })
    },
  },
  {
    name: 'font-awesome 4.7',
    less: 'less',
    options: {},
    sources() {
      const folder = path.dirname(require.resolve('font-awesome/package.json'))
      return Promise.resolve({ folder, sheet: path.join(folder, 'less/font-awesome.less') })
    },
  },
  {
    name: 'ant-design 4.24',
    less: 'less',
    options: { javascriptEnabled: true, math: 'always' },
    async sources() {
      const folder = await unpacked(
        'antd@4.24.16',
        'zZrK4UYxHtU6tGOOf0uG/kBRx1kTvypfuSB3GqE/SBQxFhZ/TZ+yj7Z1qwI8vGfMtUUJdLeuoCAqGDa1zPsXnQ==',
      )
      return { folder, sheet: path.join(folder, 'dist/antd.less') }
    },
  },
  {
    name: 'semantic-ui 2.5',
    less: 'less',
    options: { math: 'always' },
    async sources() {
      const folder = await unpacked(
        'semantic-ui-less@2.5.0',
        'Nlp8iR0otCQB74Yqob2Dxpsm5H9YAp3NvQ3sWDediwFjrd/l3Leu9md2O82UU5n5hOSqu95xnTok55eIAhlTjg==',
      )
      // As its manual says: a project copies the example.
      const config = path.join(folder, 'theme.config')
      if (!existsSync(config)) copyFileSync(`${config}.example`, config)
      return { folder, sheet: path.join(folder, 'semantic.less') }
    },
  },
]
