const secretRE = /token|secret|passw|session|sid|csrf|auth|code|key|sign/i

/** A finished request. */
export interface LoggedRequest {
  readonly hostname: string
  readonly method: string
  readonly url: string
  /** Undefined when the client left before there was an answer. */
  readonly status: number | undefined
  readonly ms: number
}

/**
 * One line about a request: `www.example.localhost GET /a?token=*** 200 12 ms`. The values of parameters whose names
 * sound secret are left out; a URL the front has accepted holds no control characters.
 */
export function requestLine({ hostname, method, url, status, ms }: LoggedRequest): string {
  const [path = '', query] = url.split(/\?(.*)/s, 2)
  const shown = query === undefined ? '' : `?${query.split('&').map(redacted).join('&')}`
  // What is not ASCII could still be an escape in the terminal's own encoding.
  const target = `${path}${shown}`.replace(/[^\u0020-\u007e]/g, '?')
  return `${hostname} ${method} ${target} ${status ?? 'left'} ${Math.round(ms)} ms`
}

function redacted(pair: string): string {
  const at = pair.indexOf('=')
  if (at < 0) return pair
  return secretRE.test(pair.slice(0, at)) ? `${pair.slice(0, at)}=***` : pair
}
