import { readFileSync } from 'node:fs'

/** Kovu's version. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** What a record must have been written by to be believed: the shape of records, Kovu, Node. */
export function recordVersion(): string {
  return `2 ${version()} ${process.version}`
}
