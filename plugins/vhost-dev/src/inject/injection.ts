import type { OutgoingHttpHeaders } from 'node:http'
import type { Change } from '../proxy/change.ts'
import { relaxPolicy } from './csp.ts'
import type { ClientNeeds } from './csp.ts'
import { Injector } from './injector.ts'
import { decoderOf, isInjectable, withoutStaleHeaders } from './pages.ts'

/** What goes into a page so that Vite works in it. */
export interface Injected {
  /** Origin that answers Vite's files. */
  readonly origin: string
  /** Module scripts: paths below the origin, or URLs, in their order. */
  readonly sources: readonly string[]
  /** Told when a page's policy had to be relaxed. */
  readonly onRelaxed: () => void
}

/** Puts module scripts into the HTML page that a request asks for. */
export function injection({ origin, sources, onRelaxed }: Injected): Change {
  const needs: ClientNeeds = {
    script: origin,
    connect: [origin, origin.replace(/^https:/, 'wss:')],
  }
  return {
    request(headers) {
      // What the page is compressed with must be something we can undo, and it must be the whole page.
      headers['accept-encoding'] = 'gzip'
      delete headers['range']
      delete headers['if-range']
    },
    answer(answer, headers) {
      if (!isInjectable(answer.statusCode ?? 0, answer.headers)) return []
      const nonce = relaxHeaders(headers, needs, onRelaxed)
      withoutStaleHeaders(headers)
      const snippet = sources.map((source) => scriptTag(origin, source, nonce)).join('')
      return [...decoderOf(answer.headers['content-encoding']), new Injector(snippet)]
    },
  }
}

function scriptTag(origin: string, source: string, nonce: string | undefined): string {
  const attribute = nonce === undefined ? '' : ` nonce="${nonce.replace(/[^\w+/=-]/g, '')}"`
  const url = source.startsWith('/') ? origin + source : source
  return `<script type="module"${attribute} src="${url}"></script>`
}

/** @returns The policy's nonce for our script tags, if it has one. */
function relaxHeaders(
  headers: OutgoingHttpHeaders,
  needs: ClientNeeds,
  onRelaxed: () => void,
): string | undefined {
  const policy = headers['content-security-policy']
  if (typeof policy !== 'string') return undefined
  const relaxed = relaxPolicy(policy, needs)
  headers['content-security-policy'] = relaxed.value
  if (relaxed.changed) onRelaxed()
  return relaxed.nonce
}
