import { existsSync } from 'node:fs'
import { join, posix, relative, resolve } from 'node:path'

import type { KovuApi } from '@kovu/protocol'

import { detectBranch, detectBuild, detectEpoch } from './detect.ts'
import { branchSlug, buildNumber, type Identity, namesOf, siteName } from './identity.ts'
import type { ResolvedOptions } from './options.ts'
import { readManifest } from './payload/node-modules.ts'
import type { Release } from './release.ts'

/** What one call of the plugin knows. */
export class Context {
  readonly options: ResolvedOptions
  /** The other plugins. */
  peers: readonly KovuApi[] = []
  #root: string | undefined
  #release: Release | undefined

  constructor(options: ResolvedOptions) {
    this.options = options
  }

  /** Vite's root, absolute. */
  get root(): string {
    if (this.#root === undefined)
      throw new Error('deb-release was asked before Vite was configured')
    return this.#root
  }

  /** Takes Vite's root. */
  start(root: string): void {
    this.#root = root
    this.#release = undefined
  }

  /** Folder of the packages, absolute. */
  get debFolder(): string {
    return join(this.root, 'dist/deb')
  }

  /** Folder of the repository, absolute. */
  get repository(): string {
    return resolve(this.root, this.options.repo)
  }

  /** Folder for what is kept between runs, absolute. */
  get cache(): string {
    return join(this.root, 'node_modules/.kovu/deb')
  }

  /** STATIC_ROOT, absolute, when a plugin of Django's static files is there and the folder exists. */
  async staticRoot(): Promise<string | undefined> {
    const peer = this.peers.find((one) => one.statics !== undefined)
    const root = (await peer?.statics?.())?.root
    return root !== undefined && existsSync(root) ? root : undefined
  }

  /**
   * Who and what the release is: the options, else the environment, else git and package.json.
   *
   * @throws {DebReleaseError} `DEB_RELEASE_NAME`, `…_VERSION` or `…_BRANCH` when one of them is not known or cannot be used.
   */
  async release(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Release> {
    const staticRoot = await this.staticRoot()
    this.#release ??= describe(this, env, staticRoot)
    return this.#release
  }
}

function describe(
  { options, root }: Context,
  env: Readonly<Record<string, string | undefined>>,
  staticRoot: string | undefined,
): Release {
  const manifest = readManifest(root)
  const name = options.name ?? siteName(manifest?.name ?? '')
  const branch = options.branch ?? branchSlug(detectBranch(root, env))
  const build = options.version ?? buildNumber(detectBuild(root, env))
  const identity: Identity = { name, branch, build, epoch: detectEpoch(root, build, env) }
  return {
    identity,
    names: namesOf(identity),
    options,
    root,
    maintainer: options.maintainer ?? authorOf(manifest?.author) ?? `${name} <nobody@example.org>`,
    homepage: manifest?.homepage ?? '',
    summary: oneLine(manifest?.description) || `The site ${name}, as built by Kovu.`,
    license: manifest?.license ?? '',
    staticPath: staticPath(root, staticRoot),
  }
}

/** Where the static tree lies in the release: where it lies in the project, or `static` when it lies elsewhere. */
function staticPath(root: string, staticRoot: string | undefined): string {
  if (staticRoot === undefined) return ''
  const path = relative(root, staticRoot).replaceAll('\\', '/')
  return path.startsWith('..') ? 'static' : posix.normalize(path)
}

/** `Name <address>` of package.json's `author`, when it has both. */
function authorOf(
  author: string | { readonly name?: string; readonly email?: string } | undefined,
): string | undefined {
  if (typeof author === 'string') return /^[^<>(\n]+ <[^<>\s]+@[^<>\s]+>/.exec(author)?.[0]
  return author?.name && author.email ? `${author.name} <${author.email}>` : undefined
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
