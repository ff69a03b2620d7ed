import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { VmServicesError } from '../error.ts'
import { type Folders, makePlace, removeRun } from '../machine/place.ts'
import { run } from '../machine/processes.ts'
import { findPrograms, matches, versionOf } from '../machine/programs.ts'
import { isRunning, ownerOf, readState, writeState } from '../machine/state.ts'
import type { Answer } from '../services/types.ts'
import { isLocal, type Wanted } from '../settings.ts'
import { dockerCompose, hasCompose, provisionContainer } from './container.ts'
import { alone } from './lock.ts'
import { type Ready, provisionNative, startNative } from './native.ts'

/** What became of a service. */
export interface Outcome {
  readonly wanted: Wanted
  /** `reused` is somebody else's, `elsewhere` is on another machine; neither is ever stopped. */
  readonly how: 'started' | 'running' | 'reused' | 'elsewhere'
  readonly version?: string | undefined
  /** Worth a warning. */
  readonly warning?: string
}

/**
 * Sees to it that a service answers as the settings say: it is used where it answers already, else started as a program of this
 * machine, else as a container.
 *
 * @throws {@link VmServicesError}
 */
export async function up(folders: Folders, wanted: Wanted): Promise<Outcome> {
  const { service, endpoint } = wanted
  if (!isLocal(endpoint)) return { wanted, how: 'elsewhere' }
  const dir = path.join(folders.dir, service.name)
  const state = readState(dir)
  const own = isRunning(state) || state?.via === 'container'
  if (!own || state?.port !== endpoint.port) {
    const answer = await settled(wanted)
    if (answer.state === 'ready') return reuse(folders, wanted, answer.version)
    if (answer.state !== 'closed') throw taken(wanted)
  }
  const ready = wanted.via === 'container' ? undefined : await findNative(wanted)
  if (!ready && (wanted.via === 'native' || !(await hasCompose()))) throw await missing(wanted)
  await makePlace(folders, service)
  return alone(dir, async () => {
    const outcome = ready
      ? await upNative(folders, ready, wanted)
      : await upContainer(folders, wanted)
    await provisionByProject(folders, wanted)
    return outcome
  })
}

/** Waits while whoever is there gets ready. */
async function settled({ service, endpoint }: Wanted): Promise<Answer> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await service.probe(endpoint)
    if (answer.state !== 'starting' || Date.now() > deadline) return answer
    await sleep(100)
  }
}

async function upNative(folders: Folders, ready: Ready, wanted: Wanted): Promise<Outcome> {
  const started = await startNative(folders, ready)
  await provisionNative(folders, ready)
  return { wanted, how: started ? 'started' : 'running', version: ready.version }
}

async function upContainer(folders: Folders, wanted: Wanted): Promise<Outcome> {
  const { service, endpoint } = wanted
  const { place } = await makePlace(folders, service)
  await dockerCompose(folders.root, wanted, ['up', '--detach', '--wait'])
  writeState(place.dir, { via: 'container', port: endpoint.port, print: '' })
  removeRun(folders, service)
  await provisionContainer(folders.root, wanted)
  return { wanted, how: 'started', version: wanted.version }
}

/** The programs of this machine, if there are all of them, in the version that is wanted. */
async function findNative({ service, endpoint, version }: Wanted): Promise<Ready | undefined> {
  const { native } = service
  const programs = native && findPrograms(native)
  if (!native || !programs) return undefined
  const found = await versionOf(native, programs)
  return matches(found, version)
    ? { service, native, programs, endpoint, version: found }
    : undefined
}

/** Somebody else's service must know the application; one of another project is no accident waiting to happen. */
async function reuse(
  folders: Folders,
  wanted: Wanted,
  version: string | undefined,
): Promise<Outcome> {
  const { service, endpoint, source } = wanted
  const owner = ownerOf(endpoint.port)
  if (owner && owner.root !== folders.root) {
    throw new VmServicesError(
      'VM_SERVICES_PORT',
      `vm-services: at port ${endpoint.port} is the ${service.title} of another project, ${owner.root}. Give this one another port (${source}), or run \`kovu vm stop\` there.`,
    )
  }
  if (!(await letsIn(wanted))) {
    throw new VmServicesError(
      'VM_SERVICES_LOGIN',
      `vm-services: the ${service.title} at port ${endpoint.port} is not ours, and does not let ${endpoint.user ?? 'the application'} in${endpoint.database === undefined ? '' : ` to ${endpoint.database}`}. Create them there, stop it, or give the project another port (${source}).`,
    )
  }
  const outcome = { wanted, how: 'reused', version } as const
  if (matches(version, wanted.version)) return outcome
  return {
    ...outcome,
    warning: `${service.title} at port ${endpoint.port} is ${version}, the settings want ${wanted.version}`,
  }
}

/** Does a service that is there know the account of the settings? Where there is no way to ask, it is taken for granted. */
async function letsIn({ service, endpoint }: Wanted): Promise<boolean> {
  if (service.logIn) return service.logIn(endpoint)
  const { native } = service
  const programs = native && findPrograms(native)
  if (!native?.client || !native.loginArgs || !programs) return true
  const client = native.client(programs, endpoint)
  const { ok } = await run(
    { ...client, args: [...client.args, ...native.loginArgs] },
    { timeout: 15_000 },
  )
  return ok
}

/** Runs the project's own command. It finds the service in its environment. */
async function provisionByProject(
  folders: Folders,
  { service, endpoint, provision }: Wanted,
): Promise<void> {
  if (provision === undefined) return
  const { host, port, user = '', password = '', database = '' } = endpoint
  const { ok, output } = await run(
    {
      command: process.platform === 'win32' ? 'cmd' : '/bin/sh',
      args: [process.platform === 'win32' ? '/c' : '-c', provision],
      env: {
        SERVICE_HOST: host,
        SERVICE_PORT: String(port),
        SERVICE_USER: user,
        SERVICE_PASSWORD: password,
        SERVICE_DATABASE: database,
      },
    },
    { cwd: folders.root, timeout: 600_000 },
  )
  if (ok) return
  throw new VmServicesError(
    'VM_SERVICES_PROVISION',
    `vm-services: ${service.title} runs, but \`${provision}\` failed:\n${password.length > 2 ? output.replaceAll(password, '***') : output}`,
  )
}

function taken({ service, endpoint, source }: Wanted): VmServicesError {
  return new VmServicesError(
    'VM_SERVICES_PORT',
    `vm-services: whoever is at port ${endpoint.port} does not speak the protocol of ${service.title}. Stop that program, or change the port: ${source}.`,
  )
}

async function missing({ service, via, version }: Wanted): Promise<VmServicesError> {
  const { native, title, container } = service
  const programs = native && findPrograms(native)
  const found = programs && (await versionOf(native, programs))
  const install =
    native && via !== 'container' ? [`install it (Debian: apt-get install ${native.debian})`] : []
  const docker =
    via === 'native'
      ? []
      : [`start Docker with Compose, for the image ${container.image}:${version ?? container.tag}`]
  const fixes = [...install, ...docker].join(', or ')
  if (found !== undefined && !matches(found, version)) {
    return new VmServicesError(
      'VM_SERVICES_VERSION',
      `vm-services: ${title} on this machine is ${found}, the settings want ${version}. To go on, ${fixes}; or drop the version.`,
    )
  }
  return new VmServicesError(
    'VM_SERVICES_MISSING',
    `vm-services: there is no ${title}: nobody answers at its port, and it is not on this machine. To go on, ${fixes}.`,
  )
}
