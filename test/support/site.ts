import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The repository. */
export const repository: string = resolve(import.meta.dirname, '../..')

/** The domain of every host of the playground. */
export const domain = 'drund.localhost'

/** A running copy of the playground, however it was built. */
export interface Site {
  readonly kind: 'legacy' | 'production' | 'development'
  /** `https://www.drund.localhost:PORT` for `'www'`; the apex for `''`. */
  origin(host: string): string
  /** STATIC_URL as Django has it. */
  readonly staticUrl: string
  /** The copy of the playground, which a test may edit. */
  readonly root: string
  /** The certificate of the authority that signed the site's, as a PEM file. */
  readonly authority: string
  /** What the site's processes have printed. */
  output(): string
  /** Ends every process and removes the copy. */
  stop(): Promise<void>
}

/** How STATIC_URL is given: as a URL on the cdn host, or as a path on every host. */
export type StaticKind = 'cdn' | 'path'

/** STATIC_URL of a kind, for a front on `port`. */
export function staticUrl(kind: StaticKind, port: number): string {
  return kind === 'cdn' ? `https://cdn.${domain}:${port}/static/` : '/static/'
}

/** The origin of a host below the domain, `''` being the apex. */
export function originOf(host: string, port: number): string {
  return `https://${host === '' ? domain : `${host}.${domain}`}:${port}`
}

// Settings are rendered in the copy, for its mode.
const rendered = ['settings.py', 'settings.json']
const made = ['node_modules', '.venv', '.kovu', 'staticroot', 'build', '__pycache__', 'data']
const notCopied = new Set([...made, ...rendered])

/**
 * Copies the playground to a folder of the repository that git ignores, so that tests may edit it while packages are still
 * found by walking up. Dependencies are linked, not copied.
 *
 * @returns The copy's absolute path.
 */
export async function copyPlayground(label: string): Promise<string> {
  const playground = join(repository, 'playground')
  await mkdir(join(repository, '.tmp'), { recursive: true })
  const root = await mkdtemp(join(repository, '.tmp', `${label}-`))
  await cp(playground, root, {
    recursive: true,
    filter: (source) => {
      const name = source.slice(source.lastIndexOf('/') + 1)
      return !notCopied.has(name) && !name.endsWith('.sqlite3') && !name.endsWith('.built.js')
    },
  })
  for (const link of ['.venv', 'legacy/node_modules']) {
    if (existsSync(join(playground, link))) await symlink(join(playground, link), join(root, link))
  }
  return root
}

/** Removes a copy made by {@link copyPlayground}. */
export async function removeCopy(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}
