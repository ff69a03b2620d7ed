import type { Derivation } from '@kovu/protocol'
import type { Context } from './context.ts'

/** What the other plugins derive, in the order of the plugins. */
export function derivations(context: Context): readonly Derivation[] {
  return context.peers.flatMap((peer) => peer.derives ?? [])
}

/** The public names whose files an answer may come from: the names themselves, and the sources that they are made from. */
export function namesBehind(context: Context, publicNames: readonly string[]): string[] {
  const sources = publicNames.flatMap((name) =>
    derivations(context).flatMap(({ from, to }) =>
      name.endsWith(to) ? [name.slice(0, -to.length) + from] : [],
    ),
  )
  return [...publicNames, ...sources]
}

/** The public names that are made from a source outside Vite's module graph. */
export function namesMadeFrom(context: Context, publicName: string): string[] {
  return derivations(context).flatMap(({ from, to, pipeline }) =>
    !pipeline && publicName.endsWith(from) ? [publicName.slice(0, -from.length) + to] : [],
  )
}
