/**
 * Just enough of DER (X.690) to write an X.509 certificate. Every function returns one complete element.
 */

/** An element with a tag and its content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

/** SEQUENCE. */
export function sequence(...items: Buffer[]): Buffer {
  return der(0x30, ...items)
}

/** SET of one element (sets of more would have to be sorted). */
export function setOf(item: Buffer): Buffer {
  return der(0x31, item)
}

/** INTEGER from unsigned big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const body = bytes.subarray(start)
  return der(0x02, (body[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), body]) : body)
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes: number[] = []
  for (const part of [first * 40 + second, ...rest]) {
    const groups = [part & 0x7f]
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

/** UTF8String. */
export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text, 'utf8'))
}

/** BOOLEAN TRUE; FALSE is the default of every field used here and left out. */
export function yes(): Buffer {
  return der(0x01, Buffer.from([0xff]))
}

/** BIT STRING with a number of unused low bits in the last byte. */
export function bits(content: Buffer, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content)
}

/** OCTET STRING. */
export function octets(content: Buffer): Buffer {
  return der(0x04, content)
}

/** A context-specific element `[n]`, constructed. */
export function tagged(n: number, ...content: Buffer[]): Buffer {
  return der(0xa0 | n, ...content)
}

/** A context-specific element `[n]`, primitive. */
export function taggedBytes(n: number, content: Buffer): Buffer {
  return der(0x80 | n, content)
}

/** UTCTime, or GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : der(0x18, Buffer.from(digits, 'latin1'))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}
