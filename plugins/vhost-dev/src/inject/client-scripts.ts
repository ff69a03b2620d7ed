/** Where the inline scripts of {@link ClientScripts} are served from, below Vite's base. */
export const inlinePath = '@vhost-dev/inline'

/** The module scripts that Vite and its plugins put into every page of their own. */
export interface ClientScripts {
  /** Their URLs, in order; those without one are together at {@link inlinePath}. */
  readonly sources: readonly string[]
  /** The code of those without one, such as React's refresh preamble. */
  readonly inline: string
}

const emptyPage = '<!doctype html><html><head></head><body></body></html>'
const scriptRE = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi
const sourceRE = /\ssrc\s*=\s*"([^"]*)"/i

/**
 * Finds out which scripts Vite's plugins would give a page: Vite's client, React's refresh preamble, overlays.
 *
 * @param transform Vite's `transformIndexHtml`.
 * @param base Vite's base.
 */
export async function clientScripts(
  transform: (url: string, html: string) => Promise<string>,
  base: string,
): Promise<ClientScripts> {
  const page = await transform('/', emptyPage)
  const sources: string[] = []
  const inline: string[] = []
  for (const [, attributes = '', code = ''] of page.matchAll(scriptRE)) {
    if (!/\stype\s*=\s*"module"/i.test(attributes)) continue
    const source = sourceRE.exec(attributes)?.[1]
    if (source !== undefined) sources.push(source)
    else {
      if (inline.length === 0) sources.push(base + inlinePath)
      inline.push(code)
    }
  }
  return { sources, inline: inline.join('\n') }
}
