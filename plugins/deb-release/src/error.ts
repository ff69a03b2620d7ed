/** The stable codes of this plugin's errors; the README has a row for each. */
export type ErrorCode =
  | 'DEB_RELEASE_OPTION'
  | 'DEB_RELEASE_NAME'
  | 'DEB_RELEASE_VERSION'
  | 'DEB_RELEASE_BRANCH'
  | 'DEB_RELEASE_ROLE'
  | 'DEB_RELEASE_PATH'
  | 'DEB_RELEASE_LINK'
  | 'DEB_RELEASE_SETUID'
  | 'DEB_RELEASE_SECRET'
  | 'DEB_RELEASE_READ'
  | 'DEB_RELEASE_CHANGED'
  | 'DEB_RELEASE_SIZE'
  | 'DEB_RELEASE_DISK'
  | 'DEB_RELEASE_WRITE'
  | 'DEB_RELEASE_PYTHON'
  | 'DEB_RELEASE_NODE'
  | 'DEB_RELEASE_MISSING'
  | 'DEB_RELEASE_PUBLISHED'
  | 'DEB_RELEASE_CHANNEL'
  | 'DEB_RELEASE_REPOSITORY'
  | 'DEB_RELEASE_LOCKED'
  | 'DEB_RELEASE_SIGN'
  | 'DEB_RELEASE_SERVER'

/** The plugin's own error: a sentence with what to do, a stable code and, when a file is to blame, its place. */
export class DebReleaseError extends Error {
  override readonly name = 'DebReleaseError'
  /** Where the `kovu` command and Vite's overlay look for it. */
  readonly pluginCode: ErrorCode
  /** Absolute path of the file to blame. */
  readonly id: string | undefined
  /** `line` from 1, `column` from 0, as Vite counts. */
  readonly loc:
    | { readonly file: string; readonly line: number; readonly column: number }
    | undefined

  constructor(
    pluginCode: ErrorCode,
    message: string,
    details: {
      readonly file?: string | undefined
      readonly line?: number | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    const { file, line } = details
    this.pluginCode = pluginCode
    this.id = file
    this.loc = file === undefined || line === undefined ? undefined : { file, line, column: 0 }
  }
}

/**
 * Says what the operating system said while a file was being written.
 *
 * @param file The file that should have been written.
 * @param cause What was thrown.
 * @returns `DEB_RELEASE_DISK` when there is no space left, `DEB_RELEASE_WRITE` for other system errors; our own errors as they are.
 */
export function writeError(file: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | null)?.code
  if (cause instanceof DebReleaseError || typeof code !== 'string') return cause
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DebReleaseError(
      'DEB_RELEASE_DISK',
      `There is no space left on the disk for ${file}. Free some and run it again; what was there before is untouched.`,
      { file, cause },
    )
  }
  return new DebReleaseError(
    'DEB_RELEASE_WRITE',
    `${file} cannot be written (${code}). Check the folder's owner and permissions.`,
    { file, cause },
  )
}

/**
 * Says what the operating system said while a file was being read.
 *
 * @param file The file that should have been read.
 * @param cause What was thrown.
 * @returns `DEB_RELEASE_READ` for system errors; our own errors as they are.
 */
export function readError(file: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | null)?.code
  if (cause instanceof DebReleaseError || typeof code !== 'string') return cause
  return new DebReleaseError(
    'DEB_RELEASE_READ',
    `${file} cannot be read (${code}). Mend its permissions, or leave it out by \`src.files\`: ['!…'].`,
    { file, cause },
  )
}
