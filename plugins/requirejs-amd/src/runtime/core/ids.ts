/** Module ids: relative ones. */

/**
 * Makes an id absolute. A leading `..` stays, and so does what follows a first segment when two `..` come at once, as in
 * RequireJS.
 * @param id the id as written
 * @param parent id of the module that wrote it, or ''
 * @returns the absolute id
 */
export function normalize(id: string, parent: string): string {
  var parts = id.split('/')
  var out: string[] = []
  if (parent && id.charAt(0) === '.') parts = parent.split('/').slice(0, -1).concat(parts)
  parts.forEach(function (part, at) {
    var depth = out.length
    if (
      part === '..' &&
      depth &&
      out[depth - 1] !== '..' &&
      (depth > 1 || parts[at + 1] !== '..')
    ) {
      out.pop()
    } else if (part !== '.') out.push(part)
  })
  return out.join('/')
}
