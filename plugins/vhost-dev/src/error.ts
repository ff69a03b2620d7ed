import { inspect } from 'node:util'

/** Stable codes of what can go wrong; the README's Troubleshooting explains each. */
export type VhostErrorCode =
  | 'VHOST_DEV_OPTIONS'
  | 'VHOST_DEV_PORT_TAKEN'
  | 'VHOST_DEV_TARGET_TAKEN'
  | 'VHOST_DEV_CERTIFICATE'
  | 'VHOST_DEV_TRUST'
  | 'VHOST_DEV_HOSTS'
  | 'VHOST_DEV_ATTACH'

/** An error of this plugin: a sentence that says what is wrong and what to do, with a stable code. */
export class VhostError extends Error {
  readonly code: VhostErrorCode
  /** The code under the name Vite and Rolldown report it by. */
  readonly pluginCode: VhostErrorCode

  constructor(code: VhostErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code})`, options)
    this.name = 'VhostError'
    this.code = code
    this.pluginCode = code
    // What a terminal shows is the sentence: where in this plugin it was thrown helps nobody there.
    Object.defineProperty(this, inspect.custom, { value: () => this.message })
  }
}
