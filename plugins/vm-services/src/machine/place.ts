import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { VmServicesError } from '../error.ts'
import type { Place, Service } from '../services/types.ts'
import type { Account } from './processes.ts'

/** Where a project keeps its services. */
export interface Folders {
  readonly root: string
  /** Absolute. */
  readonly dir: string
}

/**
 * The folders of a service, made if need be.
 *
 * @returns Its place, and the account that it runs as if not ours.
 * @throws {@link VmServicesError} `VM_SERVICES_DATA` when they cannot be made.
 */
export async function makePlace(
  folders: Folders,
  { name, native, title }: Service,
): Promise<{ place: Place; account: Account | undefined }> {
  const dir = path.join(folders.dir, name)
  const own = userInfo().username
  const other = process.getuid?.() === 0 ? native?.account : undefined
  const account = other === undefined ? undefined : accountOf(other)
  try {
    mkdirSync(folders.dir, { recursive: true })
    const ignore = path.join(folders.dir, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const run = runDir(folders.root, name)
    for (const folder of account ? [dir, run] : [])
      chownSync(folder, account?.uid ?? 0, account?.gid ?? 0)
    const ports = [await freePort(), await freePort()] as const
    return {
      place: {
        dir,
        data: path.join(dir, 'data'),
        run,
        account: account ? (other ?? own) : own,
        ports,
      },
      account,
    }
  } catch (error) {
    if (error instanceof VmServicesError) throw error
    throw new VmServicesError(
      'VM_SERVICES_DATA',
      `vm-services: the data of ${title} cannot be kept in ${dir} (${(error as Error).message}). Make the folder writable, or set \`dir\`.`,
      error,
    )
  }
}

/** A short path: a socket's may have 107 bytes. Nobody else may have made it. */
function runDir(root: string, name: string): string {
  const run = runPath(root, name)
  for (const [folder, mode] of [
    [path.dirname(run), 0o711],
    [run, 0o700],
  ] as const) {
    mkdirSync(folder, { recursive: true, mode })
    const found = lstatSync(folder)
    const strange =
      process.getuid !== undefined && process.getuid() !== 0 && found.uid !== process.getuid()
    if (!found.isDirectory() || strange) throw new Error(`${folder} belongs to somebody else`)
  }
  return run
}

function runPath(root: string, name: string): string {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 8)
  return path.join(tmpdir(), `kovu-vm-${process.getuid?.() ?? ''}`, `${name}-${hash}`)
}

/** Removes the folder of the sockets of a service that has ended. */
export function removeRun({ root }: Folders, { name }: Service): void {
  rmSync(runPath(root, name), { recursive: true, force: true })
}

/** The account of a name, else of `nobody`. */
function accountOf(name: string): Account | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const wanted of [name, 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  return undefined
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
