// oxlint-disable-next-line unicorn/require-module-specifiers, import/no-empty-named-blocks -- only an imported module can be augmented
import type {} from 'vite'
import type { Command } from './command.ts'
import type { Derivation } from './derivation.ts'
import type { StaticAnswer, StaticRequest, Statics } from './statics.ts'
import type { Target } from './target.ts'

/** The shape of `plugin.api` of a plugin that takes part. */
export interface KovuPluginApi {
  readonly kovu: KovuApi
}

/** What a plugin offers its peers. Every member is optional: a plugin offers what it knows. */
export interface KovuApi {
  /** What the plugin adds to the graph, by target name. */
  readonly targets?: Readonly<Record<string, Target>>
  /** What the plugin adds to the `kovu` command, by name. */
  readonly commands?: Readonly<Record<string, Command>>
  /** Which public names the plugin makes from which sources. */
  readonly derives?: readonly Derivation[]
  /** Django's finders as an index. Asks Django at the first call; the same index afterwards, kept up to date in development. */
  statics?(): Promise<Statics>
  /**
   * The final name of a public name in this build, below STATIC_URL: `main/js/main.0123456789ab.js`. To be called from
   * `generateBundle` on. References inside the content are rewritten before it is hashed, as they will be when published.
   *
   * @param publicName The unhashed name.
   * @param source The content, when the caller is about to emit it; else the emitted asset or the static file of that name.
   * @returns The hashed name, or undefined when nothing has that public name.
   */
  urls?(publicName: string, source?: string): string | undefined
  /**
   * Gives a public name a content of the plugin's own in development (a loader in the place of require.js, a layer of
   * modules). Whoever serves static files asks every peer first; the first answer is sent.
   *
   * @throws An error that Vite shows in its overlay.
   */
  answers?(request: StaticRequest): Promise<StaticAnswer | undefined>
  /** Environment variables for processes that run the application behind the development front. */
  processEnv?(site: FrontSite): Promise<Readonly<Record<string, string>>>
  /**
   * The development front as it would be opened with the present configuration, whether or not it is open: for commands that
   * check an application's settings against it.
   */
  site?(): FrontSite | undefined | Promise<FrontSite | undefined>
}

/** The development front as the application's processes must know it. */
export interface FrontSite {
  /** The domain of all hosts, such as `drund.localhost`. */
  readonly domain: string
  /** The one HTTPS port. */
  readonly port: number
  /** `https://host[:port]` of every exact host; a wildcard host is given with `*`. */
  readonly origins: readonly string[]
}

/**
 * How the `kovu` command tells plugins which targets it runs: `config.kovu` of the Vite config. Absent under plain
 * `vite`. A build whose targets do not include `static` stops at the staging folder and publishes nothing.
 */
export interface KovuRun {
  readonly targets: readonly string[]
}

declare module 'vite' {
  interface UserConfig {
    kovu?: KovuRun
  }
}
