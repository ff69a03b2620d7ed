import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'

/** Something that happens to a request or to its answer on the way. */
export interface Change {
  /** Changes the headers the application is sent. */
  request?(headers: OutgoingHttpHeaders): void
  /**
   * Changes the headers the client is sent.
   *
   * @param answer As the application sent it.
   * @returns Streams the body must go through, in the order of flow.
   */
  answer?(answer: IncomingMessage, headers: OutgoingHttpHeaders): readonly Duplex[]
}
