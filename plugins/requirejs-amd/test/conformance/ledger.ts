/** Cases that are known to differ, each with its reason. A case that no longer differs has to leave the list. */
import { readFileSync } from 'node:fs'

/** The parts of `ledger.json`. */
type Part = 'inputs' | 'development' | 'pages' | 'development pages'

type Ledger = Readonly<Record<Part, Readonly<Record<string, string>>>>

const ledger = JSON.parse(readFileSync(new URL('ledger.json', import.meta.url), 'utf8')) as Ledger

/** What came of a case. */
export interface Outcome {
  readonly id: string
  /** What differs; undefined when nothing does. */
  readonly differs: string | undefined
}

/**
 * Holds outcomes against the ledger.
 *
 * @param part The part of the ledger.
 * @param outcomes What came of all cases.
 * @returns What is wrong: cases that differ and are not listed, and listed ones that do not differ.
 */
export function against(part: Part, outcomes: readonly Outcome[]): readonly string[] {
  const reasons = ledger[part]
  const seen = new Set(outcomes.map(({ id }) => id))
  return [
    ...outcomes.flatMap(({ id, differs }) => {
      const reason = reasons[id]
      if (differs !== undefined && reason === undefined) return [`${id} differs: ${differs}`]
      if (differs === undefined && reason !== undefined)
        return [`${id} is the same now (${reason})`]
      return []
    }),
    ...Object.keys(reasons)
      .filter((id) => !seen.has(id))
      .map((id) => `${id} is no case`),
  ]
}
