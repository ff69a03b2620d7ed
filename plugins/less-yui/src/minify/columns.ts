import { decode, encode } from '@jridgewell/sourcemap-codec'

/**
 * Corrects the generated columns of a map by lightningcss: it counts bytes of UTF-8 where source maps count UTF-16 units, so that every
 * place behind an icon (`content: "»"`) is off.
 *
 * @param map A source map (JSON).
 * @param code What the map is of.
 */
export function inCharacters(map: string, code: string): string {
  const parsed = JSON.parse(map) as { mappings: string }
  const lines = code.split('\n')
  const mappings = decode(parsed.mappings).map((segments, index) => {
    const line = lines[index] ?? ''
    // oxlint-disable-next-line no-control-regex -- ASCII
    if (!/[^\0-\x7F]/.test(line)) return segments
    let at = 0
    let bytes = 0
    for (const segment of segments) {
      while (bytes < segment[0] && at < line.length) {
        const point = line.codePointAt(at) ?? 0
        bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_00_00 ? 3 : 4
        at += point < 0x1_00_00 ? 1 : 2
      }
      segment[0] = at
    }
    return segments
  })
  return JSON.stringify({ ...parsed, mappings: encode(mappings) })
}
