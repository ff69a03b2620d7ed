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
  fail(`${where}${unknown} is no option; there are ${[...known].join(', ')}.`)
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
