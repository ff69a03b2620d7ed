/**
 * Why an expression has no value, in GNU m4's words. The first three do not matter in the dead branch of `&&` and `||`.
 */
export type EvalError =
  | 'divide by zero'
  | 'modulo by zero'
  | 'negative exponent'
  | 'bad expression'
  | 'missing right parenthesis'
  | 'bad input'
  | 'excess input'
  | 'invalid operator'
  | 'too deep'

class Failure extends Error {
  readonly reason: EvalError
  constructor(reason: EvalError) {
    super(reason)
    this.reason = reason
  }
}

const FORGIVEN: ReadonlySet<EvalError> = new Set([
  'divide by zero',
  'modulo by zero',
  'negative exponent',
])

/** Binary operators from the loosest to the tightest, all grouped from the left; `**` is apart. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]
const OPERATOR = /\*\*|\|\||&&|[=!<>]=|<<|>>|[-+*/%<>=!&|^~()]/y
/** Operators of C that change a variable: GNU m4 knows them to refuse them. */
const ASSIGNS = /(?:<<|>>|[-+*/%&|^])=|\+\+|--/y
/** Each takes a dozen calls within each other, and Node's stack holds ten thousand. */
const MAX_DEPTH = 250

type Token = { readonly number: number } | { readonly operator: string } | undefined

/**
 * The value of an m4 expression: integers of 32 bits that wrap, C's operators and `**`, numbers as `12`, `017`, `0xff`,
 * `0b101` or `0r36:zz` (GNU m4 1.4, `eval`).
 *
 * @param text The expression.
 * @param warn Told about `=` in place of `==`.
 * @returns The value, or why there is none.
 */
export function evaluate(
  text: string,
  warn: (message: string) => void,
): number | { readonly error: EvalError } {
  try {
    const parser = new Parser(text, warn)
    const value = parser.level(0)
    parser.end()
    return value
  } catch (error) {
    if (error instanceof Failure) return { error: error.reason }
    throw error
  }
}

class Parser {
  readonly #text: string
  readonly #warn: (message: string) => void
  #at = 0
  #depth = 0

  constructor(text: string, warn: (message: string) => void) {
    this.#text = text
    this.#warn = warn
  }

  end(): void {
    const at = this.#at
    if (this.#token() === undefined && this.#at >= this.#text.length) return
    this.#at = at
    throw new Failure('excess input')
  }

  level(index: number): number {
    const operators = LEVELS[index]
    if (!operators) return this.#power()
    let value = this.level(index + 1)
    for (;;) {
      const operator = this.#take(operators)
      if (operator === undefined) return value
      if (operator === '||' || operator === '&&') {
        value = this.#logical(operator, value, index)
      } else {
        value = binary(operator, value, this.level(index + 1))
      }
    }
  }

  #logical(operator: string, left: number, index: number): number {
    const decided = operator === '||' ? left !== 0 : left === 0
    try {
      const right = this.level(index + 1)
      return Number(operator === '||' ? left !== 0 || right !== 0 : left !== 0 && right !== 0)
    } catch (error) {
      // As in GNU m4, what follows the failed operation is not skipped.
      if (decided && error instanceof Failure && FORGIVEN.has(error.reason)) {
        return operator === '||' ? 1 : 0
      }
      throw error
    }
  }

  #power(): number {
    const base = this.#unary()
    if (this.#take(['**']) === undefined) return base
    this.#deeper()
    const exponent = this.#power()
    this.#depth--
    return power(base, exponent)
  }

  #unary(): number {
    const operator = this.#take(['+', '-', '~', '!'])
    if (operator === undefined) return this.#simple()
    this.#deeper()
    const value = this.#unary()
    this.#depth--
    if (operator === '-') return -value | 0
    if (operator === '~') return ~value
    return operator === '!' ? Number(value === 0) : value
  }

  #simple(): number {
    const token = this.#token()
    if (token && 'number' in token) return token.number
    if (token?.operator !== '(') throw new Failure('bad expression')
    this.#deeper()
    const value = this.level(0)
    this.#depth--
    const at = this.#at
    const close = this.#token()
    if (!close || 'number' in close || close.operator !== ')') {
      this.#at = at
      throw new Failure(close ? 'missing right parenthesis' : 'bad expression')
    }
    return value
  }

  #deeper(): void {
    if (++this.#depth > MAX_DEPTH) throw new Failure('too deep')
  }

  /** The operator if it comes next and is one of these. */
  #take(operators: readonly string[]): string | undefined {
    const at = this.#at
    const token = this.#token()
    if (token && 'operator' in token) {
      if (token.operator === '=' && operators.includes('==')) {
        this.#warn('recommend ==, not =, for equality operator')
        return '=='
      }
      if (operators.includes(token.operator)) return token.operator
    }
    this.#at = at
    return undefined
  }

  #token(): Token {
    const text = this.#text
    while (/[ \t\n\v\f\r]/.test(text[this.#at] ?? '')) this.#at++
    if (this.#at >= text.length) return undefined
    if (/\d/.test(text[this.#at] ?? '')) return { number: this.#number() }
    ASSIGNS.lastIndex = this.#at
    if (ASSIGNS.test(text)) throw new Failure('invalid operator')
    OPERATOR.lastIndex = this.#at
    const operator = OPERATOR.exec(text)?.[0]
    if (operator === undefined) throw new Failure('bad input')
    this.#at += operator.length
    return { operator }
  }

  #number(): number {
    const text = this.#text
    const prefix = /0[xX]|0[bB]|0[rR](\d+):|0[rR]|0/y
    prefix.lastIndex = this.#at
    const found = prefix.exec(text)
    let base = 10
    if (found) {
      this.#at += found[0].length
      const kind = found[0][1]?.toLowerCase()
      base = kind === 'x' ? 16 : kind === 'b' ? 2 : kind === 'r' ? Number(found[1] ?? 0) : 8
      if (base < 1 || base > 36) throw new Failure('bad expression')
    }
    let value = 0
    for (; this.#at < text.length; this.#at++) {
      const digit = digitOf(text.charCodeAt(this.#at))
      if (base === 1) {
        if (digit === 1) value++
        else if (digit !== 0 || value !== 0) break
      } else if (digit >= base) break
      else value = (Math.imul(value, base) + digit) | 0
    }
    return value
  }
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 122) return code - 87
  return code >= 65 && code <= 90 ? code - 55 : 99
}

function power(base: number, exponent: number): number {
  if (exponent < 0) throw new Failure('negative exponent')
  if (base === 0 && exponent === 0) throw new Failure('divide by zero')
  let result = 1
  let square = base
  for (let left = exponent; left > 0; left >>= 1) {
    if (left & 1) result = Math.imul(result, square)
    square = Math.imul(square, square)
  }
  return result
}

function binary(operator: string, a: number, b: number): number {
  switch (operator) {
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '&':
      return a & b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '<<':
      return a << b
    case '>>':
      return a >> b
    case '+':
      return (a + b) | 0
    case '-':
      return (a - b) | 0
    case '*':
      return Math.imul(a, b)
    case '/':
      if (b === 0) throw new Failure('divide by zero')
      return (a / b) | 0
    default:
      if (b === 0) throw new Failure('modulo by zero')
      return (a % b) | 0
  }
}

/**
 * A number as C's `strtol` reads it, and cuts it to 32 bits.
 *
 * @returns The value, what is left of the text, and whether 64 bits were too few.
 */
export function toInteger(text: string): { value: number; rest: string; overflow: boolean } {
  const [all = '', digits] = /^[ \t\n\v\f\r]*([-+]?\d+)/.exec(text) ?? []
  if (digits === undefined) return { value: 0, rest: text, overflow: false }
  const rest = text.slice(all.length)
  if (digits.length < 16) return { value: Number(digits) | 0, rest, overflow: false }
  const exact = BigInt(digits.replace('+', ''))
  const most = 2n ** 63n
  const clamped = exact >= most ? most - 1n : exact < -most ? -most : exact
  return { value: Number(BigInt.asIntN(32, clamped)), rest, overflow: clamped !== exact }
}

/** An integer in a base of 2 to 36, in lower case. */
export function toRadix(value: number, radix: number): string {
  return value.toString(radix)
}
