import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

import type { Entry, FileEntry } from '../deb/entry.ts'
import { DebReleaseError, readError } from '../error.ts'
import { findInterpreter, type Interpreter } from './interpreter.ts'
import { walk } from './walk.ts'

const exec = promisify(execFile)

/** What {@link virtualenv} needs to know. */
export interface VirtualenvRequest {
  /** Vite's root. */
  readonly root: string
  /** The requirements file, absolute. */
  readonly requirements: string
  /** The option `src.python`. */
  readonly python: string | undefined
  /** Where installed packages are kept between runs. */
  readonly cache: string
  /** Where the release lands, below `/`. */
  readonly release: string
  readonly signal?: AbortSignal | undefined
}

/** A virtual environment that is ready to be unpacked at its fixed place. */
export interface Virtualenv {
  readonly entries: readonly Entry[]
  /** The Python minor version that it is for. */
  readonly minor: string
  /** Was it installed just now? */
  readonly installed: boolean
}

/**
 * Installs the requirements by pip, once for the same requirements and Python, and lays them out as a virtual environment whose
 * interpreter is the server's `/usr/bin/python3.N`. Versions that the project's own environment has are kept: what was
 * tested is what is carried.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_PYTHON` with what pip said.
 */
export async function virtualenv(request: VirtualenvRequest): Promise<Virtualenv> {
  const python = findInterpreter(request.root, request.python)
  const constraints = installedVersions(python)
  const texts = [...requirementTexts(request.requirements)]
  const key = createHash('sha256')
    .update(JSON.stringify([1, python.minor, python.platform, constraints, texts]))
    .digest('hex')
  const folder = join(request.cache, key.slice(0, 16))
  const installed = !existsSync(folder)
  if (installed) await install(request, python, constraints, folder)
  const venv = `${request.release}/venv`
  return { entries: layOut(folder, venv, python.minor), minor: python.minor, installed }
}

/** The requirements file and those it names by `-r` and `-c`. */
function* requirementTexts(file: string, seen = new Set<string>()): Generator<string> {
  if (seen.has(file)) return
  seen.add(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw readError(file, cause)
  }
  yield text
  for (const [, name] of text.matchAll(/^\s*(?:-r|--requirement|-c|--constraint)[ =]\s*(\S+)/gm)) {
    if (name !== undefined) yield* requirementTexts(resolve(dirname(file), name), seen)
  }
}

/** Lines such as `django==5.2.19` for everything in the project's environment. */
function installedVersions({ site }: Interpreter): string[] {
  if (site === undefined || !existsSync(site)) return []
  return readdirSync(site)
    .flatMap((name) => /^(.+)-([^-]+)\.dist-info$/.exec(name)?.slice(1).join('==') ?? [])
    .filter((line) => !/^(?:pip|setuptools|wheel)==/.test(line))
    .sort()
}

async function install(
  { root, requirements, signal }: VirtualenvRequest,
  { command }: Interpreter,
  constraints: readonly string[],
  folder: string,
): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`
  try {
    mkdirSync(temporary, { recursive: true })
    writeFileSync(
      join(temporary, 'constraints.txt'),
      constraints.map((line) => `${line}\n`).join(''),
    )
    const flags = ['--quiet', '--no-compile', '--ignore-installed', '--disable-pip-version-check']
    const where = ['--no-warn-script-location', '--target', join(temporary, 'site-packages')]
    const what = ['-r', requirements, '-c', join(temporary, 'constraints.txt')]
    await exec(command, ['-m', 'pip', 'install', ...flags, ...where, ...what], {
      cwd: root,
      maxBuffer: 1 << 26,
      ...(signal && { signal }),
    })
    // An empty requirements file leaves no folder.
    mkdirSync(join(temporary, 'site-packages'), { recursive: true })
    renameSync(temporary, folder)
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    const said = ((cause as { stderr?: string }).stderr ?? (cause as Error).message).trim()
    throw new DebReleaseError(
      'DEB_RELEASE_PYTHON',
      `pip could not install ${requirements} for the release:\n${said.split('\n').slice(-12).join('\n')}`,
      { file: requirements, cause },
    )
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Files in which pip notes how and where it installed: they differ from machine to machine. */
const notesRE = /\.dist-info\/direct_url\.json$/

function layOut(folder: string, venv: string, minor: string): Entry[] {
  const site = join(folder, 'site-packages')
  const to = `${venv}/lib/python${minor}/site-packages`
  const scripts = `${to}/bin/`
  const text = (path: string, lines: readonly string[]): Entry => ({
    kind: 'file',
    path,
    content: Buffer.from(lines.map((line) => `${line}\n`).join('')),
  })
  const packed = walk({
    from: site,
    to,
    leavesOut: (path) => /(?:^|\/)__pycache__(?:\/|$)/.test(path) || notesRE.test(path),
  })
  return [
    text(`${venv}/pyvenv.cfg`, [
      'home = /usr/bin',
      'include-system-site-packages = false',
      `version = ${minor}`,
    ]),
    { kind: 'link', path: `${venv}/bin/python`, target: `/usr/bin/python${minor}` },
    { kind: 'link', path: `${venv}/bin/python3`, target: 'python' },
    { kind: 'link', path: `${venv}/bin/python${minor}`, target: 'python' },
    ...packed.flatMap((entry): Entry[] => {
      if (`${entry.path}/` === scripts) return []
      if (entry.kind !== 'file') return [entry]
      if (entry.path.startsWith(scripts)) return [script(entry, scripts, venv)]
      return entry.path.endsWith('.dist-info/RECORD') ? [record(entry)] : [entry]
    }),
  ]
}

/** Moves a script that pip made to `venv/bin`, and lets it run by the interpreter there. */
function script(entry: FileEntry, from: string, venv: string): Entry {
  const path = `${venv}/bin/${entry.path.slice(from.length)}`
  const bytes = bytesOf(entry)
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return { ...entry, path }
  // Where the interpreter's path is too long for `#!`, pip lets sh start it in three lines.
  const text = bytes
    .toString('utf8')
    .replace(/^#!\/bin\/sh\n'''exec' .*\n' '''\n/, '#!python\n')
    .replace(/^#!.*python[\d.]*(?=[ \n])/, `#!/${venv}/bin/python`)
  return { ...entry, path, content: Buffer.from(text), executable: true }
}

/** The list of what pip installed, without what it says of scripts: their sums tell where the interpreter was. */
function record(entry: FileEntry): Entry {
  const lines = bytesOf(entry).toString('utf8').split('\n')
  const kept = lines.filter(
    (line) => !/^(?:"?\.\.\/|bin\/|.*\.dist-info\/direct_url\.json,)/.test(line),
  )
  return { ...entry, content: Buffer.from(kept.join('\n')) }
}

function bytesOf({ content }: FileEntry): Buffer {
  return content instanceof Uint8Array ? Buffer.from(content) : readFileSync(content.file)
}
