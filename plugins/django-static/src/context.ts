import type { KovuApi } from '@kovu/protocol'
import type { ResolvedConfig } from 'vite'
import { derivations } from './derived.ts'
import type { DjangoInfo } from './django/answer.ts'
import type { ResolvedOptions } from './options.ts'
import { openProject, type Project } from './project.ts'

/** What the hooks of one plugin call have in common. */
export interface Context {
  readonly options: ResolvedOptions
  /** Vite's root, absolute. */
  root: string
  mode: string
  /** Vite's resolved configuration, from `configResolved` on. */
  config: ResolvedConfig | undefined
  /** Targets that the `kovu` command runs; undefined under plain Vite. */
  userTargets: readonly string[] | undefined
  /** What the other plugins offer, from `configResolved` on. */
  peers: readonly KovuApi[]
  /** Begins a server or a build: what was known of the project before is forgotten. */
  begin(root: string, mode: string): void
  /** Asks Django at the first call. */
  project(): Promise<Project>
  /** Asks again, for comparison: what {@link project} gives stays. */
  reopen(): Promise<Project>
  /** Ends what was started for the project. */
  close(): void
  /** Public names whose own bytes were sent in development. */
  readonly served: Set<string>
  /** Files that the last build has published, absolute. */
  readonly published: Set<string>
  /** Have the overlay's values been printed? */
  told: boolean
}

/**
 * Makes the context of one plugin call.
 *
 * @param options Checked options.
 */
export function createContext(options: ResolvedOptions): Context {
  let asked: Promise<Project> | undefined
  const context: Context = {
    options,
    root: process.cwd(),
    mode: 'development',
    config: undefined,
    userTargets: undefined,
    peers: [],
    served: new Set(),
    published: new Set(),
    told: false,
    begin(root, mode) {
      context.close()
      context.root = root
      context.mode = mode
      asked = undefined
    },
    project() {
      asked ??= openProject(context).catch((error: unknown) => {
        asked = undefined
        throw error
      })
      return asked
    },
    reopen() {
      return openProject(context)
    },
    close() {
      asked?.then(
        (project) => project.close(),
        () => {},
      )
    },
  }
  return context
}

/** Patterns of files that are not published. */
export function ignorePatterns(context: Context, info: DjangoInfo): string[] {
  const sources = derivations(context).map(({ from }) => `*${from}`)
  const own = context.options.ignore ?? (sources.length > 0 ? sources : ['*.less', '*.mustache'])
  return [...new Set([...info.ignorePatterns, ...own])]
}
