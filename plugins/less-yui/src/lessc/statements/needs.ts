const TOKEN =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*'|\burl\(\s*(?!["'\s])[^)]*\)|@@?\{?[\w-]+|[.#](?:[\w-]|\\[^]|[^\0-\x7F])+|\\[^]|[{}();]/g

/** All variables: one is asked for by a name that is computed. */
export const ANY_VARIABLE = '@@'

/**
 * What a statement may look up: variables, and mixins by the names in their calls. More than it does, never less.
 *
 * @param text The statement.
 * @returns `@name`, `.name`, `#name`, {@link ANY_VARIABLE}.
 */
export function needs(text: string): Set<string> {
  const found = new Set<string>()
  let pending: string[] = []
  let parens = 0
  let hasVariable = false
  for (const [token] of text.matchAll(TOKEN)) {
    switch (token[0]) {
      case '@':
        hasVariable = true
        found.add(token.startsWith('@@') ? ANY_VARIABLE : token.replace('{', ''))
        break
      case '.':
      case '#':
        // In parentheses it may always be a call.
        if (parens > 0) found.add(token)
        else pending.push(token)
        break
      case '(':
        parens++
        break
      case ')':
        parens--
        break
      case '{':
      case '}':
      case ';':
        // A selector, unless it has a variable, or is the condition of an at-rule.
        if (token !== '{' || hasVariable) for (const name of pending) found.add(name)
        if (token !== '{' || parens === 0) {
          pending = []
          hasVariable = false
        }
        break
      case '/':
        break
      default:
        // A string or an URL.
        if (token.includes('@@')) found.add(ANY_VARIABLE)
        for (const [, name] of token.matchAll(/@\{?([\w-]+)/g)) found.add(`@${name}`)
    }
  }
  return found
}
