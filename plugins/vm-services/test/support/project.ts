import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { vmCommand } from '../../src/commands/index.ts'
import { Context } from '../../src/context.ts'
import { findPrograms } from '../../src/machine/programs.ts'
import { resolveOptions, type VmServicesOptions } from '../../src/options.ts'
import { services } from '../../src/services/index.ts'
import type { ServiceName } from '../../src/services/types.ts'

/** A project with services; they end with the test. */
export interface Project {
  readonly root: string
  readonly context: Context
  /** What people were told. */
  readonly said: string[]
  readonly file: (name: string) => string
  readonly settings: (value: unknown) => void
  readonly up: () => Promise<number>
  /** `kovu vm …`: what it said, and its exit code. */
  readonly vm: (...args: string[]) => Promise<{ lines: string[]; code: number | void }>
}

export function project(options: VmServicesOptions, settings: unknown = {}): Project {
  const context = new Context(resolveOptions(options))
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'vm services ')))
  // Some servers refuse to be root; their account must reach the folder.
  chmodSync(root, 0o755)
  context.root = root
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const log = { info: say, warn: say, error: say }
  const file = (name: string): string => path.join(root, name)
  const write = (value: unknown): void =>
    writeFileSync(file('settings.json'), JSON.stringify(value))
  write(settings)
  const vm: Project['vm'] = async (...args) => {
    const from = said.length
    const code = await vmCommand(context).run({ root, args, log })
    return { lines: said.slice(from), code }
  }
  onTestFinished(async () => {
    const names = [...context.options.services.keys()]
    for (const name of names) await vm('stop', name).catch(() => {})
    rmSync(root, { recursive: true, force: true, maxRetries: 10 })
  })
  return { root, context, said, file, settings: write, up: async () => context.up(log), vm }
}

/** Is a service installed here? Tests that need it say so when it is not. */
export function installed(name: ServiceName): boolean {
  const { native } = services[name]
  return native !== undefined && findPrograms(native) !== undefined
}

/** A loopback port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = await listen(() => {})
  const port = portOf(server)
  await new Promise((done) => server.close(done))
  return port
}

/** A server that answers what it is told to; it ends with the test. */
export async function listen(onConnection: (socket: Socket) => void, port = 0): Promise<Server> {
  const server = createServer()
  server.on('connection', onConnection)
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return server
}

export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.')
  return address.port
}
