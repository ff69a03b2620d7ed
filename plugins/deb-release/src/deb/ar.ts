import { DebReleaseError } from '../error.ts'

/** What an ar file starts with. */
export const AR_MAGIC: Buffer = Buffer.from('!<arch>\n')

/** Biggest member that ten decimal digits can tell. */
const LARGEST = 9_999_999_999

/** Bytes of a member's header. */
export const AR_HEADER = 60

/**
 * The header of a member, in the common format of deb(5).
 *
 * @param name At most 15 characters.
 * @param size Bytes of the member.
 * @param epoch Modification time, in seconds since 1970.
 * @throws {DebReleaseError} `DEB_RELEASE_SIZE` when the format cannot tell the size.
 */
export function arHeader(name: string, size: number, epoch: number): Buffer {
  if (size > LARGEST) {
    throw new DebReleaseError(
      'DEB_RELEASE_SIZE',
      `The package would be ${(size / 1e9).toFixed(1)} GB compressed; a .deb holds 9.9 GB. Leave large files out by \`src.files\`.`,
    )
  }
  const fields = [name.padEnd(16), String(epoch).padEnd(12), '0'.padEnd(6), '0'.padEnd(6)]
  return Buffer.from(`${fields.join('')}${'100644'.padEnd(8)}${String(size).padEnd(10)}\`\n`)
}

/** What a member's header says. */
export interface ArMember {
  readonly name: string
  readonly size: number
  readonly epoch: number
}

/**
 * Reads a member's header.
 *
 * @returns Undefined when these bytes are no header.
 */
export function readArHeader(bytes: Buffer): ArMember | undefined {
  if (bytes.length < AR_HEADER || bytes.toString('latin1', 58, 60) !== '`\n') return undefined
  const field = (from: number, to: number): string => bytes.toString('latin1', from, to).trim()
  const [epoch, size] = [Number(field(16, 28)), Number(field(48, 58))]
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(size)) return undefined
  return { name: field(0, 16).replace(/\/$/, ''), size, epoch }
}
