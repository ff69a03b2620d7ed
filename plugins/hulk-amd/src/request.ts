/** An import of a template, taken apart. */
export interface TemplateRequest {
  readonly file: string
  /** '' for the template, `hogan-render` for its render function, `raw` for its text; anything else is not ours. */
  readonly query: string
}

/** Parameters that Vite adds to ids and URLs. */
const VITES_OWN = /^(?:import|t=\d+|v=[\da-f]+)?$/

/** Takes an id apart. */
export function parseRequest(id: string): TemplateRequest {
  const mark = id.indexOf('?')
  if (mark < 0) return { file: id, query: '' }
  const query = id
    .slice(mark + 1)
    .split('&')
    .filter((parameter) => !VITES_OWN.test(parameter))
    .join('&')
    .replace(/=$/, '')
  return { file: id.slice(0, mark), query }
}
