/**
 * The stable code with which something fails.
 *
 * @returns Undefined when it does not fail; the error's text when it has no code.
 */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return codeIn(error)
  }
}

/** The same of a promise. */
export async function codeOfPromise(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return codeIn(error)
  }
}

function codeIn(error: unknown): string {
  return (error as { pluginCode?: string }).pluginCode ?? String(error)
}
