/** An import of a template, taken apart. */
export interface TemplateRequest {
  readonly file: string
  /** '' for the template, `hogan-render` for its render function, `raw` for its text; anything else is not ours. */
  readonly query: string
}

/** Hides an id's `.html` from Vite, which takes such files for pages. */
export const HTML_MARK = '?hogan-template'

/** Parameters that Vite adds to ids and URLs, and our mark. */
const NO_QUERY = /^(?:import|hogan-template|t=\d+|v=[\da-f]+)?=?$/

/** Takes an id apart. */
export function parseRequest(id: string): TemplateRequest {
  const mark = id.indexOf('?')
  if (mark < 0) return { file: id, query: '' }
  const query = id
    .slice(mark + 1)
    .split('&')
    .filter((parameter) => !NO_QUERY.test(parameter))
    .join('&')
    .replace(/=$/, '')
  return { file: id.slice(0, mark), query }
}
