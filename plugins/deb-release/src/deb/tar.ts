import type { Entry } from './entry.ts'

/** Everything in a tar is a multiple of this. */
const BLOCK = 512

/** Longest name or link target that a header itself can hold. */
const LONGEST_IN_HEADER = 100

/** Biggest size that eleven octal digits can hold. */
const LARGEST_OCTAL = 0o77777777777

/** What tar calls the kinds of entries; `L` and `K` are GNU's way to say a long name or target first. */
const types = { file: '0', link: '2', folder: '5', longName: 'L', longTarget: 'K' } as const

/**
 * The header of an entry, in the GNU format that dpkg reads: owner root, a mode that no umask has touched.
 *
 * @param entry What it is about.
 * @param facts `size`: bytes of content that follow, 0 for links and folders; `epoch`: modification time, in seconds since 1970.
 * @returns Whole blocks.
 */
export function tarHeader(
  entry: Entry,
  { size, epoch, executable }: { size: number; epoch: number; executable: boolean },
): Buffer {
  const name = Buffer.from(`./${entry.path}${entry.kind === 'folder' ? '/' : ''}`)
  const target = Buffer.from(entry.kind === 'link' ? entry.target : '')
  const blocks: Buffer[] = []
  if (target.length > LONGEST_IN_HEADER) blocks.push(long(types.longTarget, target))
  if (name.length > LONGEST_IN_HEADER) blocks.push(long(types.longName, name))
  blocks.push(
    block({ name, target, size, epoch, type: types[entry.kind], mode: modeOf(entry, executable) }),
  )
  return Buffer.concat(blocks)
}

/** The header of the tree's root, which dpkg expects first. */
export function tarRoot(epoch: number): Buffer {
  const type = types.folder
  return block({
    name: Buffer.from('./'),
    target: Buffer.alloc(0),
    size: 0,
    epoch,
    type,
    mode: 0o755,
  })
}

const zeros = Buffer.alloc(2 * BLOCK)

/** The zeros that fill the last block of a content of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return zeros.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK)
}

/** What ends a tar. */
export function tarEnd(): Buffer {
  return zeros
}

function modeOf(entry: Entry, executable: boolean): number {
  if (entry.kind === 'link') return 0o777
  return entry.kind === 'folder' || executable ? 0o755 : 0o644
}

/** GNU's extension: a nameless entry whose content is the long name of the next one. */
function long(type: string, text: Buffer): Buffer {
  const content = Buffer.concat([text, Buffer.alloc(1)])
  const name = Buffer.from('././@LongLink')
  const fields = { name, target: Buffer.alloc(0), size: content.length, epoch: 0, type, mode: 0 }
  return Buffer.concat([block(fields), content, tarPadding(content.length)])
}

function block(fields: {
  name: Buffer
  target: Buffer
  size: number
  epoch: number
  type: string
  mode: number
}): Buffer {
  const header = Buffer.alloc(BLOCK)
  fields.name.copy(header, 0, 0, LONGEST_IN_HEADER)
  octal(header, 100, 8, fields.mode)
  octal(header, 108, 8, 0)
  octal(header, 116, 8, 0)
  if (fields.size > LARGEST_OCTAL) {
    // GNU's base-256: the highest bit set, then the number.
    header.writeBigUInt64BE(BigInt(fields.size), 128)
    header[124] = 0x80
  } else {
    octal(header, 124, 12, fields.size)
  }
  octal(header, 136, 12, fields.epoch)
  header.fill(' ', 148, 156)
  header.write(fields.type, 156)
  fields.target.copy(header, 157, 0, LONGEST_IN_HEADER)
  header.write('ustar  \0', 257, 'latin1')
  header.write('root', 265)
  header.write('root', 297)
  let sum = 0
  // By index: an iterator over bytes takes ten times as long, and there are thousands of headers.
  for (let at = 0; at < BLOCK; at += 1) sum += header[at] ?? 0
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

function octal(header: Buffer, at: number, width: number, value: number): void {
  header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
}
