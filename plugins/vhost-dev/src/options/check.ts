import { VhostError } from '../error.ts'

/** Ends with an error about the options. */
export function fail(message: string): never {
  throw new VhostError('VHOST_DEV_OPTIONS', message)
}

/**
 * Is every property of the object an option?
 *
 * @param where What the message puts before the name.
 * @throws VhostError that names the first that is none, and those there are.
 */
export function onlyKnown(object: object, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(object).find((name) => !known.has(name))
  if (unknown === undefined) return
  const near = [...known].find((name) => distance(name, unknown) <= 2)
  const hint =
    near === undefined ? `; there are ${[...known].join(', ')}.` : `. Did you mean '${near}'?`
  fail(`${where}${unknown} is no option${hint}`)
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + Number(a[i] !== b[j])
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** A number of at least a minimum, or undefined. */
export function numberOrNone(
  value: number | undefined,
  where: string,
  minimum: number,
): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value >= minimum)) return value
  return fail(`${where}: expected a number of at least ${minimum}, got '${value}'.`)
}
