/** Stable codes of the errors that the `kovu` command and the graph make. */
export type KovuErrorCode =
  | 'KOVU_COMMAND_FAILED'
  | 'KOVU_CYCLE'
  | 'KOVU_ENDLESS'
  | 'KOVU_EXISTS'
  | 'KOVU_NO_CONFIG'
  | 'KOVU_NO_DJANGO'
  | 'KOVU_NO_PLUGIN'
  | 'KOVU_NOT_INSTALLED'
  | 'KOVU_NOT_REPRODUCIBLE'
  | 'KOVU_OPTION'
  | 'KOVU_PREREQUISITE'
  | 'KOVU_REQUIRED'
  | 'KOVU_UNKNOWN_TARGET'
  | 'KOVU_USAGE'

/** An error whose message is all a person needs: it is shown without a stack. */
export class KovuError extends Error {
  readonly code: KovuErrorCode
  constructor(code: KovuErrorCode, message: string) {
    super(message)
    this.name = 'KovuError'
    this.code = code
  }
}
