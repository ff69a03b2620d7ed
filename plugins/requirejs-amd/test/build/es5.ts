/** What a script holds that ES5 does not know. */
import { parseSync } from 'vite'

const NEWER = new Set(
  (
    'TemplateLiteral TaggedTemplateExpression ArrowFunctionExpression ClassDeclaration ClassExpression SpreadElement ' +
    'RestElement ObjectPattern ArrayPattern AssignmentPattern ForOfStatement YieldExpression AwaitExpression Super ' +
    'MetaProperty ChainExpression ImportExpression BigIntLiteral PrivateIdentifier'
  ).split(' '),
)

/**
 * Lists newer syntax.
 *
 * @param code A classic script.
 * @returns Node types, with the text at hand.
 */
export function newSyntax(code: string): readonly string[] {
  const found: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach(visit)
    const node = value as Record<string, unknown>
    const say = (what: string): void =>
      void found.push(
        `${what}: ${code.slice(node['start'] as number, (node['start'] as number) + 40)}`,
      )
    const type = node['type']
    if (typeof type === 'string') {
      if (NEWER.has(type)) say(type)
      if (type === 'VariableDeclaration' && node['kind'] !== 'var') say(String(node['kind']))
      if (
        type === 'Property' &&
        (node['shorthand'] === true || node['method'] === true || node['computed'] === true)
      ) {
        say('Property')
      }
      if (type === 'CatchClause' && node['param'] === null) say(type)
      if (
        (type === 'BinaryExpression' || type === 'AssignmentExpression') &&
        /^\*\*|^\?\?|^&&=|^\|\|=/.test(String(node['operator']))
      ) {
        say(String(node['operator']))
      }
      if (type === 'LogicalExpression' && node['operator'] === '??') say('??')
      if (node['async'] === true || node['generator'] === true) say(type)
      if (
        type === 'Literal' &&
        /[uysvd]/.test((node['regex'] as { flags: string } | undefined)?.flags ?? '')
      )
        say('flags')
      if (
        type === 'Literal' &&
        /^(?:0[bo]|['"].*\\u\{)/i.test(code.slice(Number(node['start']), Number(node['end'])))
      )
        say('literal')
    }
    for (const key in node) visit(node[key])
  }
  const { program, errors } = parseSync('script.js', code, { sourceType: 'script' })
  if (errors[0] !== undefined) return [errors[0].message]
  visit(program)
  return found
}
