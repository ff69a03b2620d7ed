import * as fc from 'fast-check'

/** A name that a context may hold. */
const name = fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c', '.', 'list', 'fn', 'quo"te', 'none')
const blockName = fc.constantFrom('x', 'y', 'z')
export const partialNames = ['p', 'q', 'r/s'] as const
const partialName = fc.constantFrom(...partialNames)
const literal = fc.oneof(
  fc.constantFrom('\n', '\r\n', ' ', '  ', '\t', '<b>', '"', '\\', "'", '&', 'x', '\u2028', '\r'),
  fc.string({ maxLength: 4 }).map((text) => text.replaceAll(/[{}<|%>=\0]/g, '.')),
)
const pad = fc.constantFrom('', '', ' ', '\n')

interface Delimiters {
  readonly open: string
  readonly close: string
}
/** A piece of template, written with whatever delimiters are in force where it stands. */
type Piece = (delimiters: Delimiters) => string

const text: fc.Arbitrary<Piece> = literal.map((value) => () => value)
const variable: fc.Arbitrary<Piece> = fc.tuple(fc.constantFrom('', '&', '{'), name, pad).map(
  ([sign, value, space]) =>
    ({ open, close }) =>
      `${open}${sign}${space}${value}${space}${sign === '{' ? '}' : ''}${close}`,
)
const comment: fc.Arbitrary<Piece> = pad.map(
  (space) =>
    ({ open, close }) =>
      `${open}! c${space}${close}`,
)
const partial: fc.Arbitrary<Piece> = fc
  .tuple(partialName, fc.constantFrom('', '\n  ', '\n\t'), fc.constantFrom('', '\n'))
  .map(
    ([value, before, after]) =>
      ({ open, close }) =>
        `${before}${open}>${value}${close}${after}`,
  )
const delimiterPair = fc.constantFrom(
  { open: '<%', close: '%>' },
  { open: '{{', close: '}}' },
  { open: '|', close: '!' },
  { open: '<%', close: '}}' },
)

const { pieces } = fc.letrec<{ pieces: Piece; piece: Piece; blocks: Piece }>((tie) => ({
  pieces: fc
    .array(tie('piece'), { maxLength: 5, depthIdentifier: 'template' })
    .map((list) => (delimiters) => list.map((one) => one(delimiters)).join('')),
  blocks: fc.array(fc.tuple(blockName, tie('pieces')), { maxLength: 3 }).map(
    (list) => (delimiters) =>
      list
        .map(([value, inner]) => {
          const { open, close } = delimiters
          return `${open}$${value}${close}${inner(delimiters)}${open}/${value}${close}`
        })
        .join(' '),
  ),
  piece: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'template' },
    text,
    text,
    variable,
    comment,
    partial,
    fc
      .tuple(fc.constantFrom('#', '^'), name, pad, tie('pieces'))
      .map(([sign, value, space, inner]) => (delimiters: Delimiters) => {
        const { open, close } = delimiters
        return `${open}${sign}${value}${close}${space}${inner(delimiters)}${open}/${value}${close}${space}`
      }),
    fc.tuple(blockName, tie('pieces')).map(([value, inner]) => (delimiters: Delimiters) => {
      const { open, close } = delimiters
      return `${open}$${value}${close}${inner(delimiters)}${open}/${value}${close}`
    }),
    fc.tuple(partialName, tie('blocks')).map(([value, inner]) => (delimiters: Delimiters) => {
      const { open, close } = delimiters
      return `${open}<${value}${close}${inner(delimiters)}${open}/${value}${close}`
    }),
    fc.tuple(delimiterPair, pad, tie('pieces')).map(
      ([changed, space, inner]) =>
        ({ open, close }: Delimiters) =>
          `${open}=${changed.open} ${changed.close}=${close}${space}${inner(changed)}` +
          `${changed.open}=${open} ${close}=${changed.close}${space}`,
    ),
  ),
}))

/** Well-formed templates, as text. */
export const templateText: fc.Arbitrary<string> = pieces.map((piece) =>
  piece({ open: '{{', close: '}}' }),
)
