import type { ResolvedConfig } from 'vite'
import { hostLines, printedUrls, shortPath } from '../names/urls.ts'
import type { ResolvedHost } from '../options/hosts.ts'
import type { Site } from '../site/site.ts'
import { isTrusted } from '../trust/stores.ts'
import type { Context } from './context.ts'
import type { Placement } from './placement.ts'

/** The URLs of all hosts; pages before Vite's own host: the first is what a browser opens. */
export function publicUrls(config: ResolvedConfig, placement: Placement, site: Site): string[] {
  const isVite = (host: ResolvedHost): number => Number(host.kind === 'vite')
  const hosts = placement.hosts.toSorted((a, b) => isVite(a) - isVite(b))
  return hostLines(hosts, config.base, (host) => site.originOf(host))
    .map((line) => line.url)
    .filter((url) => URL.canParse(url))
}

/** Prints what Vite prints, for all hosts. */
export function printUrls(context: Context, config: ResolvedConfig, placement: Placement): void {
  const { site } = context
  if (!site) throw new Error('Cannot print server URLs before server.listen is called.')
  const lines = hostLines(placement.hosts, config.base, (host) => site.originOf(host))
  const hint =
    site.ca === undefined || isTrusted(site.ca)
      ? undefined
      : `browsers do not know the authority ${shortPath(site.ca)} yet: 'npx kovu trust' tells them`
  config.logger.info(printedUrls(lines, hint))
}
