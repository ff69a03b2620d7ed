import { createHash } from 'node:crypto'
import path from 'node:path'
import { VmServicesError } from '../error.ts'
import { type Ended, run } from '../machine/processes.ts'
import type { Launch, Service } from '../services/types.ts'
import type { Wanted } from '../settings.ts'

/** A Compose file, and the environment that its `${…}` are filled from: no secret stands in the file. */
export interface Composition {
  /** The name of the Compose project: one for each folder. */
  readonly project: string
  readonly file: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * The Compose file for services. JSON is YAML, and quotes everything as it must be.
 *
 * @param root The project's folder.
 */
export function compose(root: string, wanted: readonly Wanted[]): Composition {
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 8)
  const project = `kovu-${path
    .basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')}-${hash}`
  const env: Record<string, string> = {}
  const volumes: Record<string, object> = {}
  const services: Record<string, object> = {}
  for (const { service, endpoint, version } of wanted) {
    const { container, name } = service
    const variables: Record<string, string> = {}
    for (const [key, value] of Object.entries(container.environment?.(endpoint) ?? {})) {
      const variable = `KOVU_${name}_${key}`.toUpperCase()
      env[variable] = value
      variables[key] = `\${${variable}}`
    }
    if (container.volume !== undefined) volumes[name] = {}
    services[name] = {
      image: `${container.image}:${version ?? container.tag}`,
      ports: [`127.0.0.1:${endpoint.port}:${container.port}`],
      environment: variables,
      ...(container.command && { command: escape(container.command(endpoint)) }),
      ...(container.volume !== undefined && { volumes: [`${name}:${container.volume}`] }),
      healthcheck: {
        test: ['CMD', ...escape(container.healthy)],
        interval: '1s',
        timeout: '5s',
        retries: 120,
      },
    }
  }
  return { project, file: `${JSON.stringify({ services, volumes }, null, 2)}\n`, env }
}

/** A `$` that is the container's shell's, not Compose's. */
function escape(words: readonly string[]): string[] {
  return words.map((word) => word.replaceAll('$', '$$$$'))
}

/** Can containers be started? Both the engine and Compose must answer: one is often there without the other. */
export async function hasCompose(): Promise<boolean> {
  const answers = await Promise.all(
    [['info'], ['compose', 'version']].map(async (args) =>
      run({ command: 'docker', args }, { timeout: 10_000 }),
    ),
  )
  return answers.every(({ ok }) => ok)
}

/**
 * Runs `docker compose` on the file of one service.
 *
 * @throws {@link VmServicesError} `VM_SERVICES_COMPOSE` with what it printed.
 */
export async function dockerCompose(
  root: string,
  wanted: Wanted,
  args: readonly string[],
): Promise<void> {
  const { project, file, env } = compose(root, [wanted])
  const line = ['compose', '--project-name', project, '--file', '-', ...args]
  const ended = await run({ command: 'docker', args: line, env }, { input: file, timeout: 600_000 })
  if (!ended.ok) throw failed(wanted.service, `docker ${line.join(' ')}`, ended)
}

/** Lets the administrator's client of a container make accounts and databases. */
export async function provisionContainer(
  root: string,
  { service, endpoint, ...rest }: Wanted,
): Promise<void> {
  const { administrator } = service.container
  const text = service.provision?.(endpoint) ?? ''
  if (!administrator || text === '') return
  const { project, env } = compose(root, [{ service, endpoint, ...rest }])
  const id = await containerOf(project, service)
  const ended = await run(
    { command: 'docker', args: ['exec', '-i', id, ...administrator], env },
    { input: text },
  )
  if (!ended.ok) throw failed(service, 'docker exec', ended)
}

/**
 * The client in a service's container, on this terminal. Its environment goes by names alone: command lines can be read by everyone.
 *
 * @returns Undefined when there is no client in that image.
 */
export async function clientInContainer(
  root: string,
  { service, endpoint, ...rest }: Wanted,
): Promise<Launch | undefined> {
  const client = service.container.client?.(endpoint)
  if (client === undefined) return undefined
  const { project } = compose(root, [{ service, endpoint, ...rest }])
  const id = await containerOf(project, service)
  const { command, args, env = {} } = client
  const variables = Object.keys(env).flatMap((name) => ['--env', name])
  const terminal = process.stdin.isTTY ? '-it' : '-i'
  return { command: 'docker', args: ['exec', terminal, ...variables, id, command, ...args], env }
}

/** Compose's file goes by standard input, which clients need for themselves: the container is found by its labels. */
async function containerOf(project: string, { name }: Service): Promise<string> {
  const label = (key: string, value: string): string[] => [
    '--filter',
    `label=com.docker.compose.${key}=${value}`,
  ]
  const args = ['ps', '-q', ...label('project', project), ...label('service', name)]
  const { output } = await run({ command: 'docker', args }, {})
  return output.split('\n')[0] ?? ''
}

function failed({ title }: Service, command: string, { output }: Ended): VmServicesError {
  return new VmServicesError(
    'VM_SERVICES_COMPOSE',
    `vm-services: ${title} did not start in a container: \`${command}\` failed.\n${output}`,
  )
}
