import type { ServerResponse } from 'node:http'
import { answerText } from '../front/request.ts'
import type { FrontResponse } from '../front/request.ts'
import { isAway, Silence } from '../proxy/upstream.ts'
import type { Upstream } from '../proxy/upstream.ts'
import { answerPage, escapeHtml } from './page.ts'

/** Asked by a page while its application is away; answered by the front only then. */
export const statePath = '/.kovu/state'
/** Marks the front's own answers about an application that is away. */
const stateHeader = 'x-kovu-state'

/** Who asks. */
export interface Asker {
  readonly navigation: boolean
  /** May the request be repeated without harm? */
  readonly safe: boolean
}

/** Answers for an application that cannot: a page for people, a sentence for programs. */
export function answerDown(
  res: FrontResponse,
  upstream: Upstream,
  error: NodeJS.ErrnoException,
  asker: Asker,
): void {
  const { status, title, text } = describe(upstream, error)
  const headers = { [stateHeader]: 'down', 'retry-after': '1' }
  if (!asker.navigation || res.headersSent) {
    return answerText(res, status, `${title}. ${text}`, headers)
  }
  answerPage(res, status, {
    title,
    text,
    policy: (nonce) => `script-src 'nonce-${nonce}'; connect-src 'self'`,
    content: (nonce) => content(upstream.app?.lines() ?? [], nonce, asker.safe),
    headers,
  })
}

/** Answers {@link statePath}: the last lines the application wrote. */
export function answerState(res: FrontResponse, upstream: Upstream): void {
  const body = JSON.stringify({ lines: upstream.app?.lines() ?? [] })
  ;(res as ServerResponse)
    .writeHead(503, {
      [stateHeader]: 'down',
      'content-type': 'application/json',
      'cache-control': 'no-store',
    })
    .end(body)
}

interface Description {
  readonly status: 502 | 503 | 504
  readonly title: string
  readonly text: string
}

function describe(upstream: Upstream, error: NodeJS.ErrnoException): Description {
  const { name, text: target, app } = upstream
  const reason = error.code ?? error.message
  if (error instanceof Silence) {
    const hint = app ? ` If it waits at a breakpoint, 'kovu attach ${name}' shows its prompt.` : ''
    return {
      status: 504,
      title: `${name} takes too long`,
      text: `It took the request at ${target}, and has not answered: ${error.message}.${hint}`,
    }
  }
  if (!isAway(error)) {
    return {
      status: 502,
      title: `${name} gave no answer`,
      text: `It closed the connection to ${target} before it answered (${reason}).`,
    }
  }
  if (!app) {
    return {
      status: 502,
      title: `${name} does not answer`,
      text: `Nothing answers at ${target} (${reason}). Start it, or give the host a 'run' command.`,
    }
  }
  switch (app.state) {
    case 'waiting':
      return {
        status: 503,
        title: `${name} is about to start`,
        text: 'The applications before it start first.',
      }
    case 'starting':
      return { status: 503, title: `${name} is starting`, text: `It will listen at ${target}.` }
    case 'lent':
      return {
        status: 503,
        title: `${name} does not answer`,
        text: `It runs in another terminal, and does not listen at ${target} yet (${reason}).`,
      }
    case 'crashed':
      return {
        status: 503,
        title: `${name} has ended`,
        text: `${app.ending}. It is started again.`,
      }
    case 'up':
      return {
        status: 502,
        title: `${name} does not answer`,
        text: `Its process runs, but the connection to ${target} failed (${reason}).`,
      }
    default:
      return { status: 503, title: `${name} is stopped`, text: 'The development server is ending.' }
  }
}

/** Runs in the page: asks until the application answers, shows its lines meanwhile; the reason stands in the last ones. */
const script = `const log=document.querySelector('pre'),end=()=>{log.scrollTop=log.scrollHeight}
end()
const ask=async()=>{try{const r=await fetch('${statePath}',{cache:'no-store'})
if(!r.headers.has('${stateHeader}'))return location.reload()
const{lines}=await r.json();const text=lines.join('\\n');log.hidden=!text
if(text!==log.textContent){log.textContent=text;end()}}catch{}
setTimeout(ask,400)}
setTimeout(ask,400)`

/** What stands below the sentence: the lines, and what becomes of the request. */
function content(lines: readonly string[], nonce: string, reloads: boolean): string {
  const end = reloads
    ? `<p>This page reloads itself when it answers.</p><script nonce="${nonce}">${script}</script>`
    : '<p>What you sent was not delivered. Go back and send it again when it answers.</p>'
  return `<pre${lines.length > 0 ? '' : ' hidden'}>${escapeHtml(lines.join('\n'))}</pre>${end}`
}
