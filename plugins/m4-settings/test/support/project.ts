import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TargetContext } from '@kovu/protocol'
import {
  build,
  createLogger,
  createServer,
  type InlineConfig,
  resolveConfig,
  type Rolldown,
  type ViteDevServer,
} from 'vite'
import { onTestFinished } from 'vitest'
import { m4Settings, type M4SettingsOptions } from '../../src/index.ts'

/** A project in a temporary folder. */
export interface Project {
  readonly root: string
  readonly file: (name: string) => string
  readonly read: (name: string) => string
  readonly exists: (name: string) => boolean
  readonly write: (name: string, content: string | Uint8Array) => void
  /** What a process prints that is given a program of the project's folder. */
  readonly run: (command: string, ...args: string[]) => string
}

export function project(files: Readonly<Record<string, string | Uint8Array>>): Project {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'm4-settings-')))
  onTestFinished(() => {
    chmodSync(root, 0o755)
    rmSync(root, { recursive: true, force: true })
  })
  const file = (name: string): string => path.join(root, name)
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(file(name)), { recursive: true })
    writeFileSync(file(name), content)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return {
    root,
    file,
    write,
    read: (name) => readFileSync(file(name), 'utf8'),
    exists: (name) => existsSync(file(name)),
    run: (command, ...args) => execFileSync(command, args, { cwd: root, encoding: 'utf8' }),
  }
}

/** What Vite was told. */
export interface Logged {
  readonly warnings: string[]
  readonly errors: string[]
  readonly infos: string[]
}

function quiet(): Logged & { config: InlineConfig } {
  const logged: Logged = { warnings: [], errors: [], infos: [] }
  const logger = createLogger('silent')
  logger.warn = (message) => logged.warnings.push(message)
  logger.error = (message) => logged.errors.push(message)
  logger.info = (message) => logged.infos.push(message)
  return { ...logged, config: { configFile: false, customLogger: logger } }
}

/** What the `settings` target did. */
export interface Run extends Logged {
  readonly inputs: string[]
  readonly outputs: string[]
}

/**
 * Runs the `settings` target.
 *
 * @param mode Vite's mode.
 */
export async function render(
  { root }: Project,
  options: M4SettingsOptions = {},
  mode = 'development',
): Promise<Run> {
  const { config, ...logged } = quiet()
  const plugins = m4Settings(options)
  await resolveConfig({ ...config, root, mode, plugins }, 'build')
  const target = plugins.find(({ name }) => name === 'm4-settings')?.api.kovu.targets.settings
  const run: Run = { ...logged, inputs: [], outputs: [] }
  const context: Partial<TargetContext> = {
    root,
    mode,
    input: (what) => run.inputs.push(path.relative(root, what)),
    output: (file) => run.outputs.push(path.relative(root, file)),
    log: { info: (text) => run.infos.push(text), warn: () => {}, error: () => {} },
  }
  await target.run(context)
  return run
}

/** The error a call gives, as Vite gets it. */
export async function failure(work: () => Promise<unknown>): Promise<{
  message: string
  pluginCode: string
  id?: string
  loc?: { file: string; line: number; column: number }
  frame?: string
}> {
  try {
    await work()
  } catch (error) {
    return error as Awaited<ReturnType<typeof failure>>
  }
  throw new Error('It did not fail.')
}

/** A development server on a free port. */
export interface Serving extends Logged {
  readonly server: ViteDevServer
  readonly port: number
  /** What the browser's HMR client was sent. */
  readonly sent: { type: string; [key: string]: unknown }[]
}

export async function serve(
  { root }: Project,
  options: M4SettingsOptions = {},
  config: InlineConfig = {},
): Promise<Serving> {
  const { config: silent, ...logged } = quiet()
  const server = await createServer({
    ...silent,
    root,
    optimizeDeps: { noDiscovery: true },
    ...config,
    server: { port: 0, host: '127.0.0.1', watch: { interval: 20 }, ...config.server },
    plugins: [m4Settings(options), config.plugins],
  })
  onTestFinished(() => server.close())
  await server.listen()
  const sent: Serving['sent'] = []
  const { hot } = server.environments.client
  const send = hot.send.bind(hot) as (payload: Serving['sent'][number]) => void
  hot.send = ((payload: Serving['sent'][number]) => {
    sent.push(payload)
    send(payload)
  }) as typeof hot.send
  const address = server.httpServer?.address()
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.')
  return { ...logged, server, port: address.port, sent }
}

/** Builds, and gives what was made. */
export async function bundle(
  { root }: Project,
  options: M4SettingsOptions = {},
  config: InlineConfig = {},
): Promise<Logged & { output: Rolldown.RolldownOutput['output'] }> {
  const { config: silent, ...logged } = quiet()
  const result = await build({
    ...silent,
    root,
    ...config,
    plugins: [m4Settings(options), config.plugins],
    build: { write: false, ...config.build },
  })
  return { ...logged, output: (result as Rolldown.RolldownOutput).output }
}
