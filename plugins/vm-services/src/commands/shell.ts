import { spawn } from 'node:child_process'
import { VmServicesError } from '../error.ts'
import { findPrograms } from '../machine/programs.ts'
import type { Wanted } from '../settings.ts'

/**
 * Runs the service's own client on this terminal, logged in as the application.
 *
 * @returns Its exit code.
 * @throws {@link VmServicesError} when the service has none, or it is not installed.
 */
export async function shell({ service, endpoint }: Wanted): Promise<number> {
  const { native, title } = service
  const programs = native && findPrograms(native)
  if (!native?.client || !programs) {
    const why = native?.client
      ? `is not installed (Debian: apt-get install ${native.debian})`
      : 'has none'
    throw new VmServicesError('VM_SERVICES_COMMAND', `vm-services: the client of ${title} ${why}.`)
  }
  const { command, args, env } = native.client(programs, endpoint)
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
