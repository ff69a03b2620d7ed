import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { FrontResponse } from '../front/request.ts'

/** A page of the front's own. Title and text are plain; content is HTML. */
export interface Page {
  readonly title: string
  readonly text: string
  /** Directives beside `default-src 'none'` and the page's own style. */
  policy?(nonce: string): string
  /** What stands below the text. */
  content(nonce: string): string
  readonly headers?: Readonly<Record<string, string>>
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.5rem;font-weight:600}pre{background:#f4f4f4;padding:1rem;overflow:auto;max-height:65vh;font-size:.8rem;white-space:pre-wrap}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ab4f8}pre{background:#242424}}`

/** Sends a page that loads nothing and is kept nowhere. */
export function answerPage(res: FrontResponse, status: number, page: Page): void {
  const nonce = randomBytes(12).toString('base64')
  const policy = [
    `default-src 'none'; style-src 'nonce-${nonce}'`,
    page.policy?.(nonce) ?? [],
  ].flat()
  const title = escapeHtml(page.title)
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style nonce="${nonce}">${style}</style></head><body><h1>${title}</h1><p>${escapeHtml(page.text)}</p>
${page.content(nonce)}</body></html>
`
  // One signature for both protocols: TypeScript cannot call the union.
  ;(res as ServerResponse)
    .writeHead(status, {
      ...page.headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'content-length': String(Buffer.byteLength(body)),
    })
    .end(body)
}

/** Text as HTML shows it, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
