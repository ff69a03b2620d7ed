import { answerText, isNavigation } from '../front/request.ts'
import type { FrontRequest, FrontResponse } from '../front/request.ts'
import type { HostLine } from '../names/urls.ts'
import { answerPage, escapeHtml } from './page.ts'

const text = 'No such host is served here.'
const loopbackRE = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** What may be told of the site. */
export interface Known {
  readonly domain: string
  /** The lines the terminal shows at the start: nothing else is told. */
  lines(): readonly HostLine[]
}

/**
 * Answers 421 for a host that is none of the site's: to a person who has typed a name of this machine, with the hosts there are.
 *
 * Every other name is told the one sentence. A page of the internet can make a browser come by a name of its own that leads to
 * 127.0.0.1 (DNS rebinding), and may then read the answer as its own. It cannot own `localhost` or what is below it (RFC 6761),
 * an address, or a name below the site's domain. A page of another origin cannot read the answer at all: it allows none.
 *
 * @param hostname Of the request: lower-case, without a port.
 */
export function answerUnknownHost(
  req: FrontRequest,
  res: FrontResponse,
  hostname: string,
  known: Known,
): void {
  const isSafe = loopbackRE.test(hostname) || `.${hostname}`.endsWith(`.${known.domain}`)
  if (!isSafe) return answerText(res, 421, text)
  const lines = known.lines()
  if (!isNavigation(req)) {
    const rows = lines.map((line) => `  ${line.url}  ${line.text}`)
    return answerText(res, 421, [`${text} There are:`, ...rows].join('\n'))
  }
  const rows = lines.map((line) => `<li>${linkOf(line.url)} ${escapeHtml(line.text)}</li>`)
  answerPage(res, 421, {
    title: text.slice(0, -1),
    text: 'The hosts of this development server:',
    policy: () => "frame-ancestors 'none'",
    content: () => `<ul>${rows.join('')}</ul>`,
  })
}

/** A link; what stands for many names (`any name at …`) is text. */
function linkOf(url: string): string {
  const shown = escapeHtml(url)
  return URL.canParse(url) ? `<a href="${shown}">${shown}</a>` : shown
}
