import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeDeb } from '../../src/deb/write.ts'
import { publish, type PublishResult } from '../../src/repository/publish.ts'
import type { Apt } from './apt.ts'
import { temporaryFolder } from './site.ts'

/** A small package of a name and version. */
export async function deb(
  name: string,
  version: string,
  more: { text?: string; architecture?: string; epoch?: number } = {},
): Promise<string> {
  const { text = version, architecture = 'all', epoch = 1_700_000_000 } = more
  const file = join(temporaryFolder(), `${name}_${version}_${architecture}.deb`)
  const control = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: 'A <a@b.c>',
    Description: `${name}\nlonger`,
  }
  const entries = [{ kind: 'file', path: `opt/${name}`, content: Buffer.from(text) } as const]
  await writeDeb(file, { control, entries }, { epoch })
  return file
}

/** The packages of a build. */
export async function build(number: number): Promise<string[]> {
  const names = [`drund-src-master-r${number}`, 'drund-src-master', 'drund-www-master']
  return Promise.all(
    names.map((name) => deb(name, String(number), { epoch: 1_700_000_000 + number })),
  )
}

interface Options {
  keep?: number
  suite?: string
  sign?: string | undefined
}
/** Publishes to a repository. */
export const into = (
  repository: string,
  debs: readonly string[],
  { keep = 5, suite = 'production', sign }: Options = {},
): Promise<PublishResult> => publish({ repository, suite, origin: 'drund', debs, keep, sign })

/** Names of the packages in the pool. */
export const debsIn = (repository: string): string[] =>
  readdirSync(join(repository, 'pool/main/d/drund')).toSorted()

/** Every file of a tree with its content. */
export function treeOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length),
      readFileSync(join(parentPath, name), 'base64'),
    ]),
  )
}

/** The versions that apt knows of, as it lists them. */
export function versionsIn(apt: Apt): string[] {
  const table = apt.run('apt-cache', 'madison', 'drund-src-master')
  return [...table.matchAll(/\| +(\d+) \|/g)].map(([, version = '']) => version)
}
