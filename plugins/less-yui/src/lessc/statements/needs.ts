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
  for (const [token] of text.matchAll(TOKEN)) {
    switch (token[0]) {
      case '@':
        found.add(token.startsWith('@@') ? ANY_VARIABLE : token.replace('{', ''))
        break
      case '.':
      case '#':
        // A selector, unless no block follows. In parentheses it may always be a call.
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
        if (parens === 0) pending = []
        break
      case '}':
      case ';':
        for (const name of pending) found.add(name)
        pending = []
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
