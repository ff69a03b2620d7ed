/** `json!path`: the value of a JSON file, as the json plugin of requirejs-plugins gives it. */

/** The path of the file; undefined for `json!path!bust`, which the page is to load anew each time. */
export function readJsonResource(resource: string): string | undefined {
  return /[!?]/.test(resource) ? undefined : resource
}

/**
 * The file's value.
 *
 * @throws What the JSON parser says.
 */
export function jsonValue(content: string): unknown {
  return JSON.parse(content.startsWith('\uFEFF') ? content.slice(1) : content)
}
