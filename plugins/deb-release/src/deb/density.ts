/** Every so many bytes are looked at: a tenth of a chunk is enough to know it. */
const STEP = 11

/** What compressed data has at most, and what could be compressed at all has more. */
const LARGEST = 1.1

/**
 * Is it compressed already (images, fonts, archives, video), so that deflating it would only take time? Tells by how evenly its
 * bytes are spread; the same bytes always give the same answer.
 *
 * @param chunk Bytes; few of them are never dense.
 */
export function isDense(chunk: Uint8Array): boolean {
  const counts = new Uint32Array(256)
  let looked = 0
  for (let at = 0; at < chunk.length; at += STEP) {
    const byte = chunk[at] ?? 0
    counts[byte] = (counts[byte] ?? 0) + 1
    looked += 1
  }
  // How often two bytes are equal: 1 of 256 when all are spread evenly.
  const squares = counts.reduce((sum, count) => sum + count * count, 0)
  return squares * 256 < looked * looked * LARGEST
}
