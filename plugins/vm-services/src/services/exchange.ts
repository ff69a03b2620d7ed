import { connect } from 'node:net'
import type { Answer, Endpoint } from './types.ts'

/** Whoever has not spoken by then speaks another protocol, or none. */
const PATIENCE = 2000

/**
 * Asks whoever is at a port, and judges the answer.
 *
 * @param question The first bytes; undefined when the other side speaks first.
 * @param judge Given all bytes so far. Undefined means: more is needed.
 * @returns `closed` when nobody listens, `other` when there is no answer that `judge` understands.
 */
export async function exchange(
  { host, port }: Pick<Endpoint, 'host' | 'port'>,
  question: Buffer | undefined,
  judge: (bytes: Buffer) => Answer | undefined,
): Promise<Answer> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const socket = connect({ host, port })
    const end = (answer: Answer): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PATIENCE, () => end({ state: 'other' }))
    socket.on('connect', () => {
      if (question) socket.write(question)
    })
    socket.on('data', (data: Buffer) => {
      bytes = Buffer.concat([bytes, data])
      const answer = judge(bytes)
      if (answer) end(answer)
      else if (bytes.length > 65_536) end({ state: 'other' })
    })
    // A server that is not up yet may accept and hang up.
    socket.on('end', () => end({ state: bytes.length === 0 ? 'starting' : 'other' }))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end({ state: error.code === 'ECONNRESET' ? 'starting' : 'closed' })
    })
  })
}

/** The first line, once it is there. */
export function firstLine(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1')
  const at = text.indexOf('\n')
  return at < 0 ? undefined : text.slice(0, at).trimEnd()
}
