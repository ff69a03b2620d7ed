import { toInteger } from './eval.ts'

const SPECIFIER =
  /%(?<flags>['+ 0#-]*)(?<width>\*|\d*)(?:\.(?<precision>\*|\d*))?(?<length>l|hh?)?(?<kind>[\s\S]?)/y

/** Conversions that a flag, a precision or a length makes undefined in C: GNU m4 refuses them. */
const EXCLUDED: Readonly<Record<string, string>> = {
  "'": 'aAceEosxX',
  '+': 'cosuxX',
  ' ': 'cosuxX',
  '0': 'cs',
  '#': 'cdisu',
  '.': 'c',
  l: 'cs',
  h: 'aAceEfFgGs',
  hh: 'aAceEfFgGs',
}

/**
 * C's `printf` as GNU m4 1.4 offers it: `%d %i %o %u %x %X %c %s %a %e %f %g` with flags, width, precision, `h`, `hh` and `l`.
 *
 * @param format The format.
 * @param args What it consumes; missing ones are 0 or nothing.
 * @param warn Told about what cannot be converted.
 * @param charge Told how many characters a field will have, before it is made.
 */
export function format(
  format: string,
  args: readonly string[],
  warn: (message: string) => void,
  charge: (characters: number) => void,
): string {
  let next = 0
  const text = (): string => args[next++] ?? ''
  const integer = (): number => {
    if (next >= args.length) return 0
    const arg = text()
    const { value, rest } = toInteger(arg)
    if (arg === '') warn('empty string treated as 0')
    else if (rest !== '') warn(`non-numeric argument ${arg}`)
    return value
  }
  const wide = (): bigint => {
    const digits = /^[ \t\n\v\f\r]*([-+]?\d+)/.exec(text())?.[1]
    if (digits === undefined) return 0n
    const value = BigInt(digits.replace('+', ''))
    const most = 2n ** 63n
    return value >= most ? most - 1n : value < -most ? -most : value
  }
  let out = ''
  let at = 0
  for (;;) {
    const percent = format.indexOf('%', at)
    if (percent < 0) return out + format.slice(at)
    out += format.slice(at, percent)
    if (format[percent + 1] === '%') {
      out += '%'
      at = percent + 2
      continue
    }
    SPECIFIER.lastIndex = percent
    const found = SPECIFIER.exec(format)
    const { flags = '', width: w = '', precision: p, length = '', kind = '' } = found?.groups ?? {}
    at = percent + (found?.[0].length ?? 1)
    let width = w === '*' ? integer() : Number(w)
    const left = flags.includes('-') || width < 0
    width = Math.abs(width)
    let precision = p === '*' ? integer() : p === undefined ? -1 : Number(p)
    if (precision < 0) precision = -1
    const causes = [...flags.split(''), ...(p === undefined ? [] : ['.']), length]
    const refused = causes.some((cause) => EXCLUDED[cause]?.includes(kind) === true)
    if (kind === '' || refused || !'aAcdeEfFgGiosuxX'.includes(kind)) {
      warn(`unrecognized specifier in \`${format}'`)
      continue
    }
    charge(width + Math.max(0, precision))
    const field = { flags, width, left, precision, kind }
    if (kind === 'c') out += pad(String.fromCharCode(integer() & 255), field)
    else if (kind === 's') {
      const value = text()
      out += pad(precision < 0 ? value : value.slice(0, precision), field)
    } else if ('diouxX'.includes(kind)) {
      const bits = length === 'l' ? 64 : length === 'h' ? 16 : length === 'hh' ? 8 : 32
      out += whole(length === 'l' ? wide() : BigInt(integer()), bits, field)
    } else out += real(number(text()), field)
  }
}

/** A field of the format. */
interface Field {
  readonly flags: string
  readonly width: number
  readonly left: boolean
  readonly precision: number
  readonly kind: string
}

function pad(text: string, { width, left }: Field): string {
  return left ? text.padEnd(width) : text.padStart(width)
}

/** A sign or base prefix, and digits that zeros may stand before. */
function padNumber(prefix: string, digits: string, zeros: boolean, field: Field): string {
  if (!zeros || field.left) return pad(prefix + digits, field)
  return prefix + digits.padStart(field.width - prefix.length, '0')
}

function sign(negative: boolean, flags: string): string {
  return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
}

function whole(given: bigint, bits: number, field: Field): string {
  const { flags, kind, precision } = field
  const signed = kind === 'd' || kind === 'i'
  const value = signed ? BigInt.asIntN(bits, given) : BigInt.asUintN(bits, given)
  const radix = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10
  let digits = (value < 0n ? -value : value).toString(radix)
  if (kind === 'X') digits = digits.toUpperCase()
  if (precision === 0 && value === 0n) digits = ''
  digits = digits.padStart(precision, '0')
  let prefix = signed ? sign(value < 0n, flags) : ''
  if (flags.includes('#')) {
    if (kind === 'o' && !digits.startsWith('0')) digits = `0${digits}`
    if (radix === 16 && value !== 0n) prefix = `0${kind}`
  }
  return padNumber(prefix, digits, flags.includes('0') && precision < 0, field)
}

/** A number as C's `strtod` reads it. */
function number(text: string): number {
  const body = text.replace(/^[ \t\n\v\f\r]+/, '')
  const special = /^([-+]?)(inf(?:inity)?|nan)/i.exec(body)
  if (special) {
    const value = special[2]?.toLowerCase() === 'nan' ? NaN : Infinity
    return special[1] === '-' ? -value : value
  }
  const hex = /^([-+]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([-+]?\d+))?/i.exec(body)
  if (hex && `${hex[2]}${hex[3] ?? ''}` !== '') {
    const [, minus, integer = '', fraction = '', exponent = '0'] = hex
    const value = Number(`0x${integer}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
    return minus === '-' ? -value : value
  }
  const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/i.exec(body)
  return decimal ? Number(decimal[0]) : 0
}

function real(value: number, field: Field): string {
  const { flags, kind, precision } = field
  const negative = value < 0 || Object.is(value, -0)
  const prefix = sign(negative, flags)
  const upper = kind === kind.toUpperCase()
  const size = Math.abs(value)
  if (!Number.isFinite(size)) {
    const name = Number.isNaN(size) ? 'nan' : 'inf'
    return pad(prefix + (upper ? name.toUpperCase() : name), field)
  }
  const zeros = flags.includes('0')
  const alternate = flags.includes('#')
  const lower = kind.toLowerCase()
  if (lower === 'a') {
    const digits = hexadecimal(size, precision, alternate)
    return padNumber(
      `${prefix}0${upper ? 'X' : 'x'}`,
      upper ? digits.toUpperCase() : digits,
      zeros,
      field,
    )
  }
  const places = precision < 0 ? 6 : precision
  let digits =
    lower === 'f'
      ? fixed(size, places, alternate)
      : lower === 'e'
        ? exponential(size, places, alternate)
        : general(size, places || 1, alternate)
  if (upper) digits = digits.toUpperCase()
  return padNumber(prefix, digits, zeros, field)
}

/** The exact value as a fraction of integers. */
function exact(value: number): { top: bigint; bottom: bigint } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n) & 0x7ff
  const fraction = bits & (2n ** 52n - 1n)
  const top = biased === 0 ? fraction : fraction | (2n ** 52n)
  const exponent = Math.max(biased, 1) - 1075
  return exponent >= 0
    ? { top: top << BigInt(exponent), bottom: 1n }
    : { top, bottom: 1n << BigInt(-exponent) }
}

/** Divides, rounding half to even. */
function rounded(top: bigint, bottom: bigint): bigint {
  const down = top / bottom
  const rest = (top % bottom) * 2n
  return rest > bottom || (rest === bottom && down % 2n === 1n) ? down + 1n : down
}

function fixed(value: number, places: number, alternate: boolean): string {
  const { top, bottom } = exact(value)
  const digits = rounded(top * 10n ** BigInt(places), bottom)
    .toString()
    .padStart(places + 1, '0')
  const integer = digits.slice(0, digits.length - places)
  return places === 0 ? integer + (alternate ? '.' : '') : `${integer}.${digits.slice(-places)}`
}

/** The significant digits, and the exponent of the first. */
function significant(value: number, count: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 }
  const { top, bottom } = exact(value)
  let exponent = Math.floor(Math.log10(value))
  for (;;) {
    const shift = count - 1 - exponent
    const digits = (
      shift >= 0
        ? rounded(top * 10n ** BigInt(shift), bottom)
        : rounded(top, bottom * 10n ** BigInt(-shift))
    ).toString()
    if (digits.length === count) return { digits, exponent }
    exponent += digits.length > count ? 1 : -1
  }
}

function exponential(value: number, places: number, alternate: boolean): string {
  const { digits, exponent } = significant(value, places + 1)
  const point = places > 0 || alternate ? '.' : ''
  return `${digits[0]}${point}${digits.slice(1)}${power(exponent)}`
}

function power(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function general(value: number, count: number, alternate: boolean): string {
  const { exponent } = significant(value, count)
  const text =
    exponent < -4 || exponent >= count
      ? exponential(value, count - 1, alternate)
      : fixed(value, count - 1 - exponent, alternate)
  if (alternate || !text.includes('.')) return text
  return text.replace(/\.?0+(?=e|$)/, '')
}

function hexadecimal(value: number, precision: number, alternate: boolean): string {
  if (value === 0) {
    const zeros = '0'.repeat(Math.max(0, precision))
    return `0${zeros === '' && !alternate ? '' : '.'}${zeros}p+0`
  }
  let exponent = Math.max(-1022, Math.floor(Math.log2(value)))
  if (value >= 2 ** (exponent + 1)) exponent++
  // 52 binary places behind the point are 13 hexadecimal ones.
  const { top, bottom } = exact(value)
  const shift = BigInt(52 - exponent)
  let mantissa = shift >= 0n ? (top << shift) / bottom : top / (bottom << -shift)
  let places = 13
  if (precision >= 0 && precision < 13) {
    mantissa = rounded(mantissa, 16n ** BigInt(13 - precision))
    places = precision
  }
  const text = mantissa.toString(16).padStart(places + 1, '0')
  const head = text.slice(0, text.length - places)
  let tail = places === 0 ? '' : text.slice(-places)
  tail = precision < 0 ? tail.replace(/0+$/, '') : tail.padEnd(precision, '0')
  const point = tail === '' && !alternate ? '' : '.'
  return `${head}${point}${tail}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}
