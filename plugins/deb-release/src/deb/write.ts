import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

import { writeError } from '../error.ts'
import { AR_MAGIC, arHeader } from './ar.ts'
import { createCompressor, inline } from './compressor.ts'
import { bytesOf } from './content.ts'
import { type Fields, printFields } from './control.ts'
import { type Entry, sizeOf } from './entry.ts'
import { Gzip } from './gzip.ts'
import { type TreeFacts, writeTree } from './tree.ts'

/** A package before it is written. */
export interface DebPackage {
  /** Fields of the control file but `Installed-Size`, which is counted. */
  readonly control: Fields
  /** Maintainer scripts by name (`postinst`), each a whole shell script. */
  readonly scripts?: Readonly<Record<string, string>>
  /** The `triggers` file: lines of deb-triggers(5). */
  readonly triggers?: string
  /** Paths of files below `etc/` that belong to the administrator once installed. */
  readonly conffiles?: readonly string[]
  readonly entries: readonly Entry[]
}

/** How to write. */
export interface WriteOptions {
  /** The time of everything in it, in seconds since 1970. */
  readonly epoch: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a `.deb` (deb(5), format 2.0). The same package gives the same bytes, on every machine. Memory stays constant however
 * large the files are. The file appears whole or not at all.
 *
 * @param file Where to, absolute; its folder is made.
 * @returns The size of the package in bytes.
 * @throws {DebReleaseError} When a file cannot be read or changes meanwhile, the disk is full, or the result is too large.
 */
export async function writeDeb(
  file: string,
  debPackage: DebPackage,
  options: WriteOptions,
): Promise<number> {
  const temporary = `${file}.${process.pid}.tmp`
  const dataFile = `${temporary}.data`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeMembers(temporary, dataFile, debPackage, options)
    const { size } = await stat(temporary)
    await rename(temporary, file)
    return size
  } catch (cause) {
    throw writeError(file, cause)
  } finally {
    await Promise.all([temporary, dataFile].map((each) => rm(each, { force: true })))
  }
}

/** The control member comes first and holds the sums, which are known last: the data waits in a file of its own. */
async function writeMembers(
  file: string,
  dataFile: string,
  debPackage: DebPackage,
  options: WriteOptions,
): Promise<void> {
  const { epoch } = options
  const data = await open(dataFile, 'w+')
  const deb = await open(file, 'w')
  const compressor = createCompressor(bytesOfAll(debPackage.entries))
  try {
    const gzip = new Gzip(async (bytes) => data.appendFile(bytes), compressor)
    const facts = await writeTree(gzip, debPackage.entries, options)
    const control = await controlMember(debPackage, facts, epoch)
    const version = Buffer.from('2.0\n')
    await deb.appendFile(AR_MAGIC)
    await appendMember(deb, ['debian-binary', version.length, epoch], [version])
    await appendMember(deb, ['control.tar.gz', control.length, epoch], [control])
    const { size } = await data.stat()
    await appendMember(deb, ['data.tar.gz', size, epoch], bytesOf(data, size))
  } finally {
    await Promise.all([data.close(), deb.close(), compressor.close()])
  }
}

async function appendMember(
  deb: FileHandle,
  header: Parameters<typeof arHeader>,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await deb.appendFile(arHeader(...header))
  for await (const bytes of content) await deb.appendFile(bytes)
  if (header[1] % 2 === 1) await deb.appendFile('\n')
}

async function controlMember(
  { control, scripts = {}, triggers, conffiles = [] }: DebPackage,
  { sums, kibibytes }: TreeFacts,
  epoch: number,
): Promise<Buffer> {
  const { Description = '', ...fields } = control
  // dpkg keeps sums of conffiles by itself.
  const summed = sums.filter(({ path }) => !conffiles.includes(path))
  const files: Readonly<Record<string, string | undefined>> = {
    control: printFields({ ...fields, 'Installed-Size': String(kibibytes), Description }),
    md5sums: summed.map(({ path, md5 }) => `${md5}  ${path}\n`).join(''),
    conffiles: conffiles.map((path) => `/${path}\n`).join(''),
    triggers,
    ...scripts,
  }
  const entries = Object.entries(files).flatMap(([path, text = '']): Entry[] =>
    text === ''
      ? []
      : [{ kind: 'file', path, content: Buffer.from(text), executable: path in scripts }],
  )
  const members: Uint8Array[] = []
  const gzip = new Gzip((bytes) => Promise.resolve(void members.push(bytes)), inline)
  await writeTree(gzip, entries, { epoch })
  return Buffer.concat(members)
}

function bytesOfAll(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
}
