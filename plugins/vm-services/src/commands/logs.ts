import { closeSync, openSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@kovu/protocol'
import type { Context } from '../context.ts'
import type { Wanted } from '../settings.ts'
import { lastLines } from '../start/native.ts'

/** Prints the last lines of each log, every line with its service's name before it; goes on until it is interrupted if so asked. */
export async function logs(
  { folders }: Context,
  some: readonly Wanted[],
  follow: boolean,
  log: Log,
): Promise<void> {
  const width = Math.max(0, ...some.map(({ service }) => service.name.length))
  const sources = some.map(({ service: { name } }) => {
    const dir = path.join(folders.dir, name)
    const say = (text: string): void => {
      for (const line of text.split('\n')) log.info(`${name.padEnd(width)} | ${line}`)
    }
    const lines = lastLines(dir, 50)
    if (lines !== '') say(lines)
    const file = path.join(dir, 'log')
    return { file, say, at: sizeOf(file), rest: '' }
  })
  if (!follow) return
  for (;;) {
    await sleep(200)
    for (const source of sources) {
      const size = sizeOf(source.file)
      // A new start begins a new log.
      if (size < source.at) source.at = 0
      if (size === source.at) continue
      const lines = (source.rest + read(source.file, source.at, size)).split('\n')
      source.at = size
      source.rest = lines.pop() ?? ''
      if (lines.length > 0) source.say(lines.join('\n'))
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function read(file: string, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from)
  const handle = openSync(file, 'r')
  try {
    return bytes.toString('utf8', 0, readSync(handle, bytes, 0, bytes.length, from))
  } finally {
    closeSync(handle)
  }
}
