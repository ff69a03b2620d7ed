import * as fc from 'fast-check'

// Texts that use m4 in every way the grammar has, but for what runs commands, reads files or names the program.

const name = fc.constantFrom('a', 'b', 'foo', 'x1', '_y', 'undefined_one')
const number = fc.integer({ min: -70, max: 70 }).map(String)
const word = fc.constantFrom(
  'x',
  'ab',
  'abcabc',
  ' ',
  '',
  'é',
  '$1',
  '$*',
  '$@',
  '$#',
  '\n',
  '-',
  '"',
  '\\',
)
const pattern = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      '.',
      'a*',
      'b+',
      'c?',
      '[ab]',
      '[^a]',
      '^',
      '$',
      '\\(a\\)',
      '\\(b\\|c\\)',
      '\\w',
      '\\W',
      '\\<',
      '\\>',
      '\\b',
      '\\|',
      'a**',
      '\\1',
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''))
const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n'), maxLength: 8 })
const replacement = fc
  .array(fc.constantFrom('<', '>', '\\&', '\\1', '\\2', 'x', '\\\\'), { maxLength: 4 })
  .map((parts) => parts.join(''))

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(number, fc.constantFrom('0x1f', '010', '0b11', '0r36:z', '2147483647')),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(
          '+',
          '-',
          '*',
          '/',
          '%',
          '<<',
          '>>',
          '<',
          '>=',
          '==',
          '!=',
          '&',
          '|',
          '^',
          '&&',
          '||',
        ),
        tie('expression'),
      )
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    fc
      .tuple(fc.constantFrom('-', '~', '!', '+'), tie('expression'))
      .map(([operator, a]) => operator + a),
    tie('expression').map((a) => `(${a})`),
  ),
}))

const quoted = (text: string): string => `\`${text}'`

/** Texts for m4 that end. */
export const source: fc.Arbitrary<string> = fc.letrec<{ text: string; piece: string; arg: string }>(
  (tie) => ({
    text: fc.array(tie('piece'), { maxLength: 6 }).map((pieces) => pieces.join('')),
    arg: fc.oneof(
      { maxDepth: 3 },
      word.filter((each) => !each.includes('"')),
      tie('text'),
      tie('text').map(quoted),
    ),
    piece: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 3, arbitrary: word },
      { weight: 2, arbitrary: name },
      fc.constantFrom(
        ',',
        '(',
        ')',
        '()',
        ' # note\n',
        'dnl\n',
        'dnl rest\n',
        "`'",

        'divnum',
      ),
      tie('text').map(quoted),
      // A body may use its arguments and other macros, not itself: nothing runs for ever.
      fc
        .tuple(
          fc.constantFrom('define', 'pushdef'),
          fc.integer({ min: 0, max: 3 }),
          fc.array(
            fc.oneof(word, fc.constantFrom('len($1)', "ifelse($1,x,`y',`z')", 'shift($@)')),
            { maxLength: 4 },
          ),
        )
        .map(
          ([how, index, body]) =>
            `${how}(\`${['a', 'b', 'foo', 'x1'][index]}', \`${body.join('')}')`,
        ),
      fc
        .tuple(name, fc.array(tie('arg'), { minLength: 1, maxLength: 3 }))
        .map(([callee, args]) => `${callee}(${args.join(',')})`),
      fc
        .tuple(fc.constantFrom('popdef', 'undefine', 'defn', 'indir'), name)
        .map(([callee, arg]) => `${callee}(\`${arg}')`),
      fc
        .tuple(name, tie('arg'), tie('arg'))
        .map(([which, yes, no]) => `ifdef(\`${which}',${yes},${no})`),
      fc
        .array(tie('arg'), { minLength: 1, maxLength: 6 })
        .map((args) => `ifelse(${args.join(',')})`),
      fc
        .array(tie('arg'), { minLength: 1, maxLength: 4 })
        .map((args) => `shift(${args.join(',')})`),
      expression.map((text) => `eval(\`${text}')`),
      fc
        .tuple(
          expression,
          fc.constantFrom('2', '10', '16', '36', ''),
          fc.constantFrom('', '0', '5'),
        )
        .map((args) => `eval(${args.map(quoted).join(',')})`),
      fc
        .tuple(fc.constantFrom('incr', 'decr'), fc.oneof(number, word))
        .map(([callee, arg]) => `${callee}(\`${arg}')`),
      tie('arg').map((arg) => `len(${arg})`),
      fc.tuple(subject, subject).map(([a, b]) => `index(\`${a}',\`${b}')`),
      fc
        .tuple(subject, number, number)
        .map(([a, from, count]) => `substr(\`${a}',${from},${count})`),
      fc
        .tuple(
          subject,
          fc.constantFrom('abc', 'a-c', 'c-a', '-a', 'a-', ''),
          fc.constantFrom('xyz', 'A-Z', 'z', ''),
        )
        .map((args) => `translit(${args.map(quoted).join(',')})`),
      fc.tuple(subject, pattern).map(([a, b]) => `regexp(\`${a}',\`${b}')`),
      fc
        .tuple(fc.constantFrom('regexp', 'patsubst'), subject, pattern, replacement)
        .map(([callee, ...args]) => `${callee}(${args.map(quoted).join(',')})`),
      fc
        .tuple(
          fc.constantFrom(
            '%d',
            '%5d',
            '%-5d|',
            '%05d',
            '%x',
            '%o',
            '%+d',
            '%.3d',
            '%s',
            '%5s',
            '%-5s|',
            '%.1s',
            '%c',
            '%u',
            '%f',
            '%.2f',
            '%e',
            '%g',
            '%#x',
            '%%',
            '%10.3e',
            '%G',
            '%a',
            '%*d',
          ),
          fc.oneof(number, fc.constantFrom('1.5', '-0.001', '1e10', '123456.789', '0', 'abc', '')),
        )
        .map(([how, arg]) => `format(\`${how}',\`${arg}',7)`),
      fc.constantFrom(
        'divert(1)',
        'divert(2)',
        'divert(-1)',
        'divert',
        'undivert',
        'undivert(1)',
        'undivert(2,1)',
      ),
      fc
        .tuple(
          fc.constantFrom('[', '<<', '{|'),
          fc.constantFrom(']', '>>', '|}'),
          fc.constantFrom('q', 'a b', 'len(abc)'),
        )
        .map(
          ([left, right, text]) =>
            `changequote(\`${left}',\`${right}')${left}${text}${right} ${text}changequote`,
        ),
      fc.constantFrom(
        "changecom(`/*',`*/')/* a */ # b changecom(`#')",
        "changecom#a changecom(`#')",
        "m4wrap(`a ')",
        "m4wrap(`len(xy) ', `b')",
      ),
      fc
        .tuple(fc.constantFrom('len', 'eval', 'define'), tie('arg'))
        .map(([callee, arg]) => `builtin(\`${callee}',${arg})`),
    ),
  }),
).text
