import path from 'node:path'
import type { Log } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { isRunning, ownerOf, readState } from '../machine/state.ts'
import { isLocal, type Wanted } from '../settings.ts'

/** Says of each service where it is, who runs it, and whether it answers. */
export async function status(context: Context, all: readonly Wanted[], log: Log): Promise<number> {
  if (all.length === 0) {
    log.info('The settings of this mode need no service.')
    return 0
  }
  const rows = await Promise.all(all.map(async (wanted) => row(context, wanted)))
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  for (const cells of rows) {
    log.info(
      cells
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
  return rows.every(([, state]) => state !== 'stopped' && state !== 'foreign') ? 0 : 1
}

async function row({ folders }: Context, { service, endpoint }: Wanted): Promise<string[]> {
  const { name, title } = service
  const where = `${endpoint.host}:${endpoint.port}`
  const answer = await service.probe(endpoint)
  const version = answer.state === 'ready' ? answer.version : undefined
  const state = readState(path.join(folders.dir, name))
  const line = (word: string, note: string): string[] => [name, word, where, note]
  if (!isLocal(endpoint)) return line('elsewhere', title)
  if (answer.state === 'other') return line('foreign', `not ${title}`)
  if (isRunning(state) && answer.state !== 'closed') {
    return line(
      answer.state === 'ready' ? 'running' : 'starting',
      `${named(title, state.version)}, pid ${state.pid}`,
    )
  }
  if (answer.state === 'closed') return line('stopped', title)
  if (state?.via === 'container') return line('running', `${title}, container`)
  const owner = ownerOf(endpoint.port)
  if (owner && owner.root !== folders.root) return line('foreign', `of ${owner.root}`)
  return line('reused', `${named(title, version)}, not started by Kovu`)
}

function named(title: string, version: string | undefined): string {
  return version === undefined ? title : `${title} ${version}`
}
