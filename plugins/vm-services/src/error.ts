import { inspect } from 'node:util'

/** The stable codes of this plugin's errors; the README has a row for each. */
export type ErrorCode =
  | 'VM_SERVICES_OPTION'
  | 'VM_SERVICES_SETTINGS'
  | 'VM_SERVICES_PORT'
  | 'VM_SERVICES_MISSING'
  | 'VM_SERVICES_VERSION'
  | 'VM_SERVICES_START'
  | 'VM_SERVICES_LOGIN'
  | 'VM_SERVICES_PROVISION'
  | 'VM_SERVICES_DATA'
  | 'VM_SERVICES_COMPOSE'
  | 'VM_SERVICES_COMMAND'

/** What went wrong with a service, and what to do. No secret stands in a message. */
export class VmServicesError extends Error {
  override readonly name = 'VmServicesError'
  /** Vite and the `kovu` command show it. */
  readonly pluginCode: ErrorCode
  readonly plugin = 'vm-services'

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.pluginCode = code
    // What a terminal shows is the sentence, once: where in this plugin it was thrown, and what lies below, helps nobody there.
    Object.defineProperty(this, inspect.custom, { value: () => `${message} (${code})` })
  }
}
