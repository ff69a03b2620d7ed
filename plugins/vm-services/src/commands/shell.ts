import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Context } from '../context.ts'
import { VmServicesError } from '../error.ts'
import { findPrograms } from '../machine/programs.ts'
import { readState } from '../machine/state.ts'
import type { Launch } from '../services/types.ts'
import type { Wanted } from '../settings.ts'
import { clientInContainer } from '../start/container.ts'

/**
 * Runs the service's own client on this terminal, logged in as the application: that of this machine, or the one in its container.
 *
 * @returns Its exit code.
 * @throws {@link VmServicesError} when the service has none, or it is not installed.
 */
export async function shell({ root, folders }: Context, wanted: Wanted): Promise<number> {
  const isContainer = readState(path.join(folders.dir, wanted.service.name))?.via === 'container'
  const launch = isContainer ? await clientInContainer(root, wanted) : clientHere(wanted)
  if (launch === undefined) {
    throw new VmServicesError(
      'VM_SERVICES_COMMAND',
      `vm-services: ${wanted.service.title} has no client to open a shell with.`,
    )
  }
  return new Promise((resolve, reject) => {
    const { command, args, env } = launch
    // Ctrl-C is the client's: it ends a query there, and must not end us before it.
    const ignore = (): void => {}
    process.on('SIGINT', ignore)
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('error', reject)
    child.on('close', (code) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 1)
    })
  })
}

function clientHere({ service, endpoint }: Wanted): Launch | undefined {
  const { native, title } = service
  if (!native?.client) return undefined
  const programs = findPrograms(native)
  if (programs) return native.client(programs, endpoint)
  throw new VmServicesError(
    'VM_SERVICES_COMMAND',
    `vm-services: the client of ${title} is not installed (Debian: apt-get install ${native.debian}).`,
  )
}
