import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServiceName } from '../services/types.ts'
import { isAlive, type Mark } from './processes.ts'

/** What is known of a service that Kovu has started. */
export interface State extends Partial<Mark> {
  readonly via: 'native' | 'container'
  readonly port: number
  readonly version?: string | undefined
  /** A digest of what it was started with: another one means another start. */
  readonly print: string
}

/** Reads what is known of a service; undefined when it was never started, or the file is broken. */
export function readState(dir: string): State | undefined {
  return readJson(path.join(dir, 'state.json')) as State | undefined
}

export function writeState(dir: string, state: State): void {
  writeFileSync(path.join(dir, 'state.json'), `${JSON.stringify(state)}\n`, { mode: 0o600 })
}

export function removeState(dir: string): void {
  rmSync(path.join(dir, 'state.json'), { force: true })
}

/** Does the process of a state run? */
export function isRunning(state: State | undefined): state is State & Mark {
  const { pid, began } = state ?? {}
  return pid !== undefined && began !== undefined && isAlive({ pid, began })
}

/** Who has a port, among all projects of this user. */
interface Owner extends Mark {
  readonly root: string
  readonly name: ServiceName
}

/** The project whose service listens at a port; undefined when it is none of Kovu's. */
export function ownerOf(port: number): Owner | undefined {
  const owner = readJson(ownerFile(port)) as Owner | undefined
  return owner && isAlive(owner) ? owner : undefined
}

export function setOwner(port: number, owner: Owner): void {
  mkdirSync(path.dirname(ownerFile(port)), { recursive: true, mode: 0o711 })
  writeFileSync(ownerFile(port), `${JSON.stringify(owner)}\n`, { mode: 0o600 })
}

export function removeOwner(port: number): void {
  rmSync(ownerFile(port), { force: true })
}

function ownerFile(port: number): string {
  return path.join(tmpdir(), `kovu-vm-${process.getuid?.() ?? ''}`, `port-${port}.json`)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
