import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { privileged } from './privileges.ts'

/**
 * Opens a listening socket, by the hand of the superuser where there was one.
 *
 * @param port 0 for any free one.
 * @throws The error of `listen`, with its `code`.
 */
export async function openListener(port: number, address: string): Promise<Server> {
  const helper = privileged()
  if (helper && port > 0 && port < 1024) return helper.open(port, address)
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen({ port, host: address, ipv6Only: address === '::1' }, () => {
      server.off('error', fail)
      done()
    })
  })
  return server
}
