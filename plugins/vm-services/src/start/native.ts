import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { VmServicesError } from '../error.ts'
import { type Folders, makePlace, removeRun } from '../machine/place.ts'
import {
  type Account,
  end,
  isAlive,
  mark,
  type Mark,
  run,
  spawnDaemon,
} from '../machine/processes.ts'
import {
  isRunning,
  ownerOf,
  readState,
  removeOwner,
  removeState,
  setOwner,
  writeState,
} from '../machine/state.ts'
import type { Endpoint, Launch, Native, Place, Programs, Service } from '../services/types.ts'

/** A first start on a slow disk takes long; a server that has ended is noticed at once. */
const PATIENCE = 120_000

/** A service with everything that a native start needs. */
export interface Ready {
  readonly service: Service
  readonly native: Native
  readonly programs: Programs
  readonly endpoint: Endpoint
  readonly version: string | undefined
}

/**
 * Starts a service as a process of its own, unless it runs already as its settings are now.
 *
 * @returns `false` when it did run already.
 * @throws {@link VmServicesError}
 */
export async function startNative(folders: Folders, ready: Ready): Promise<boolean> {
  const { service, native, programs, endpoint, version } = ready
  const { place, account } = await makePlace(folders, service)
  const files = native.files?.(endpoint, place) ?? {}
  const launch = native.start(programs, endpoint, place)
  const print = createHash('sha256')
    .update(JSON.stringify([files, launch.command, launch.args, endpoint.port]))
    .digest('hex')
  const state = readState(place.dir)
  if (isRunning(state)) {
    if (state.print === print) {
      await untilReady(ready, place, state)
      return false
    }
    await stopNative(place.dir, native)
  }
  await makeData(ready, place, account)
  writeFiles(service, files, place, account)
  const log = path.join(place.dir, 'log')
  if (existsSync(log)) renameSync(log, path.join(place.dir, 'log.1'))
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const process_ = await spawnIt(service, launch, place, account)
    writeState(place.dir, { ...process_, via: 'native', port: endpoint.port, version, print })
    setOwner(endpoint.port, { ...process_, root: folders.root, name: service.name })
    try {
      await untilReady(ready, place, process_)
      return true
    } catch (error) {
      await stopNative(place.dir, native)
      if (native.passes?.test(lastLines(place.dir, 2)) && Date.now() < deadline) {
        await sleep(200)
        continue
      }
      removeRun(folders, service)
      throw error
    }
  }
}

/** Ends a service that {@link startNative} has started. */
export async function stopNative(dir: string, native: Native): Promise<boolean> {
  const state = readState(dir)
  const running = isRunning(state)
  if (running) await end(state, native.stopSignal)
  if (state && !ownerOf(state.port)) removeOwner(state.port)
  removeState(dir)
  return running
}

/**
 * Makes accounts and databases what the settings say.
 *
 * @throws {@link VmServicesError} `VM_SERVICES_PROVISION` with what the client printed.
 */
export async function provisionNative(folders: Folders, ready: Ready): Promise<void> {
  const { service, native, programs, endpoint } = ready
  const text = service.provision?.(endpoint) ?? ''
  if (!native.administrator || text === '') return
  const { place, account } = await makePlace(folders, service)
  const { ok, output } = await run(native.administrator(programs, endpoint, place), {
    input: text,
    account,
    cwd: place.run,
  })
  // psql goes on after an error, and ends with 0.
  if (ok && !/^(?:psql:.*)?ERROR\b/m.test(output)) return
  throw new VmServicesError(
    'VM_SERVICES_PROVISION',
    `vm-services: ${service.title} runs, but its accounts and databases could not be made as the settings say.\n${redact(output, endpoint)}`,
  )
}

/** Makes the data beside its place and moves it there: half of it never counts. */
async function makeData(
  { service, native, programs, endpoint }: Ready,
  place: Place,
  account: Account | undefined,
): Promise<void> {
  if (existsSync(place.data)) return
  const made = `${place.data}.new`
  rmSync(made, { recursive: true, force: true })
  if (!native.init) return
  const { ok, output } = await run(native.init(programs, place, made), { account, cwd: place.dir })
  if (ok) return renameSync(made, place.data)
  rmSync(made, { recursive: true, force: true })
  throw new VmServicesError(
    'VM_SERVICES_DATA',
    `vm-services: the data of ${service.title} could not be made in ${place.dir}.${diskHint(place.dir)}\n${redact(output, endpoint)}`,
  )
}

function writeFiles(
  { title }: Service,
  files: Readonly<Record<string, string>>,
  place: Place,
  account: Account | undefined,
): void {
  try {
    if (!existsSync(place.data)) {
      mkdirSync(place.data, { mode: 0o700 })
      if (account) chownSync(place.data, account.uid, account.gid)
    }
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(place.dir, name)
      writeFileSync(file, text, { mode: 0o600 })
      if (account) chownSync(file, account.uid, account.gid)
    }
  } catch (error) {
    throw new VmServicesError(
      'VM_SERVICES_DATA',
      `vm-services: the configuration of ${title} cannot be written to ${place.dir} (${(error as Error).message}).${diskHint(place.dir)}`,
      error,
    )
  }
}

async function spawnIt(
  { title }: Service,
  launch: Launch,
  place: Place,
  account: Account | undefined,
): Promise<Mark> {
  try {
    const log = path.join(place.dir, 'log')
    return mark(await spawnDaemon(launch, { cwd: place.dir, log, account }))
  } catch (error) {
    throw new VmServicesError(
      'VM_SERVICES_START',
      `vm-services: ${title} could not be started (${(error as Error).message}).${diskHint(place.dir)}`,
      error,
    )
  }
}

async function untilReady(
  { service, endpoint }: Ready,
  { dir }: Place,
  process_: Mark,
): Promise<void> {
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const alive = isAlive(process_)
    const answer = await service.probe(endpoint)
    if (answer.state === 'ready') return
    if (!alive || Date.now() > deadline) {
      const why = alive ? `did not answer within ${PATIENCE / 1000} s` : 'ended as it started'
      throw new VmServicesError(
        'VM_SERVICES_START',
        `vm-services: ${service.title} ${why}.${diskHint(dir)} The end of ${path.join(dir, 'log')}:\n${redact(lastLines(dir, 15), endpoint)}`,
      )
    }
    await sleep(25)
  }
}

/** The last lines of a service's log. */
export function lastLines(dir: string, count: number): string {
  try {
    const text = readFileSync(path.join(dir, 'log'), 'utf8')
    return text.trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}

/** What a full disk looks like from here. */
function diskHint(dir: string): string {
  try {
    const { bavail, bsize } = statfsSync(dir)
    const free = Math.floor((bavail * bsize) / 1e6)
    return free < 50 ? ` Its disk is full: ${free} MB are free, several hundred are needed.` : ''
  } catch {
    return ''
  }
}

function redact(text: string, { password }: Endpoint): string {
  return password === undefined || password.length < 3 ? text : text.replaceAll(password, '***')
}
