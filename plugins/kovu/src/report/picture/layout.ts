import type { Picture } from './node.ts'

/** Where a target stands in a drawing: column and row, from 0. */
export interface Place {
  readonly column: number
  readonly row: number
}

/**
 * Places targets in columns, each right of everything it waits for, and orders the rows so that lines cross little: every target goes
 * near the middle of what it is joined with.
 *
 * @param pictures Dependencies first.
 */
export function layOut(pictures: readonly Picture[]): Map<string, Place> {
  const column = new Map<string, number>()
  for (const { name, deps } of pictures) {
    column.set(name, Math.max(-1, ...deps.map((dep) => column.get(dep) ?? -1)) + 1)
  }
  const columns: string[][] = []
  for (const { name } of pictures) (columns[column.get(name) ?? 0] ??= []).push(name)
  const neighbours = new Map<string, string[]>(pictures.map(({ name }) => [name, []]))
  for (const { name, deps } of pictures) {
    for (const dep of deps) {
      neighbours.get(name)?.push(dep)
      neighbours.get(dep)?.push(name)
    }
  }
  const row = new Map(columns.flatMap((names) => names.map((name, at) => [name, at] as const)))
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const names of columns) {
      const middle = (name: string): number => {
        const rows = (neighbours.get(name) ?? []).map((other) => row.get(other) ?? 0)
        return rows.length === 0
          ? (row.get(name) ?? 0)
          : rows.reduce((sum, one) => sum + one, 0) / rows.length
      }
      const middles = new Map(names.map((name) => [name, middle(name)]))
      names.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0))
      for (const [at, name] of names.entries()) row.set(name, at)
    }
  }
  return new Map(
    pictures.map(({ name }) => [name, { column: column.get(name) ?? 0, row: row.get(name) ?? 0 }]),
  )
}
