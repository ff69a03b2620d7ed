import type { Identity, Names } from './identity.ts'
import type { ResolvedOptions } from './options.ts'

/** Everything that is known of a release before its files are looked at. */
export interface Release {
  readonly identity: Identity
  readonly names: Names
  readonly options: ResolvedOptions
  /** Vite's root, absolute. */
  readonly root: string
  /** `Name <address>`. */
  readonly maintainer: string
  readonly homepage: string
  /** One line about the site. */
  readonly summary: string
  /** SPDX or other words about the licence; empty when package.json has none. */
  readonly license: string
  /** STATIC_ROOT below the release: `staticroot`; empty when there is none. */
  readonly staticPath: string
}
