import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

import { buildPackages } from '../../src/build.ts'
import { Context } from '../../src/context.ts'
import { type DebReleaseOptions, resolveOptions } from '../../src/options.ts'

/** A project in a folder of its own. */
export interface TestSite {
  readonly root: string
  path(name: string): string
  write(name: string, content: string | Uint8Array): void
  /** The plugin's context for options over those of the site. */
  context(options?: DebReleaseOptions): Context
  /** Writes the packages and gives their paths. */
  build(options?: DebReleaseOptions): Promise<string[]>
}

/** Options that every test site has. */
const options: DebReleaseOptions = {
  name: 'drund',
  branch: 'master',
  version: 100,
  maintainer: 'Drund <ops@drund.example.org>',
}

/**
 * Makes a project.
 *
 * @param files Contents by path from its folder.
 * @param own Options of the site.
 */
export function makeSite(
  files: Readonly<Record<string, string>> = {},
  own: DebReleaseOptions = {},
): TestSite {
  const root = temporaryFolder()
  const path = (name: string): string => join(root, name)
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), content)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  const context = (more: DebReleaseOptions = {}): Context => {
    const made = new Context(resolveOptions({ ...options, ...own, ...more }))
    made.start(root)
    return made
  }
  return {
    root,
    path,
    write,
    context,
    build: async (more) => {
      const built = await buildPackages(context(more), { say: () => {} })
      return built.map(({ file }) => file)
    },
  }
}

/** A folder that goes when the test, or, made outside of one, when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'kovu-deb-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    onTestFinished(remove)
  } catch {
    process.once('exit', remove)
  }
  return folder
}

/** Links a package of the workspace into a site's node_modules. */
export function installPackage(site: TestSite, name: string): void {
  const workspace = fileURLToPath(new URL('../../../../node_modules/', import.meta.url))
  mkdirSync(site.path('node_modules'), { recursive: true })
  symlinkSync(join(workspace, name), site.path(`node_modules/${name}`))
}
