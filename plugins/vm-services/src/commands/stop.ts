import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Log } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { removeRun } from '../machine/place.ts'
import { readState, removeState } from '../machine/state.ts'
import type { Wanted } from '../settings.ts'
import { dockerCompose } from '../start/container.ts'
import { stopNative } from '../start/native.ts'

/** Stops what Kovu has started; whatever was there before goes on. */
export async function stop(context: Context, some: readonly Wanted[], log: Log): Promise<void> {
  await Promise.all(
    some.map(async (wanted) => {
      const stopped = await stopOne(context, wanted, 'stop')
      log.info(`${wanted.service.name}: ${stopped ? 'stopped' : 'nothing of ours runs'}`)
    }),
  )
}

/** Stops, and deletes the data. */
export async function destroy(context: Context, some: readonly Wanted[], log: Log): Promise<void> {
  await Promise.all(
    some.map(async (wanted) => {
      const { name } = wanted.service
      const dir = path.join(context.folders.dir, name)
      await stopOne(context, wanted, 'down')
      rmSync(dir, { recursive: true, force: true })
      log.info(`${name}: stopped, and ${path.relative(context.root, dir)} deleted`)
    }),
  )
}

async function stopOne(
  { folders }: Context,
  wanted: Wanted,
  how: 'stop' | 'down',
): Promise<boolean> {
  const { service } = wanted
  const dir = path.join(folders.dir, service.name)
  if (readState(dir)?.via === 'container') {
    await dockerCompose(folders.root, wanted, how === 'stop' ? ['stop'] : ['down', '--volumes'])
    removeState(dir)
    return true
  }
  const stopped = service.native ? await stopNative(dir, service.native) : false
  removeRun(folders, service)
  return stopped
}
