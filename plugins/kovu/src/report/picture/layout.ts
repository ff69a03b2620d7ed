import type { Picture } from './node.ts'

/** Where something stands in a drawing: column and row, from 0. */
export interface Place {
  readonly column: number
  readonly row: number
}

/** A drawing's plan. */
export interface Layout {
  readonly places: ReadonlyMap<string, Place>
  /** The way of each line: the places it leads through, its ends among them. */
  readonly lines: readonly (readonly Place[])[]
}

/**
 * Places targets in columns, each right of everything it waits for, and orders the rows so that lines cross little: every target goes
 * near the middle of what it is joined with. A line that passes a column has a place of its own there, so that it leads behind no target.
 *
 * @param pictures Dependencies first.
 */
export function layOut(pictures: readonly Picture[]): Layout {
  const column = new Map<string, number>()
  for (const { name, deps } of pictures) {
    column.set(name, Math.max(-1, ...deps.map((dep) => column.get(dep) ?? -1)) + 1)
  }
  const ways: string[][] = []
  for (const { name, deps } of pictures) {
    for (const dep of deps) {
      const way = [dep]
      for (let at = (column.get(dep) ?? 0) + 1; at < (column.get(name) ?? 0); at++) {
        const passage = `${dep}\n${name}\n${at}`
        column.set(passage, at)
        way.push(passage)
      }
      ways.push([...way, name])
    }
  }
  const row = orderRows(column, ways)
  const place = (name: string): Place => ({
    column: column.get(name) ?? 0,
    row: row.get(name) ?? 0,
  })
  return {
    places: new Map([...column.keys()].map((name) => [name, place(name)])),
    lines: ways.map((way) => way.map(place)),
  }
}

/** Rows within columns, by the barycentre of the neighbours, in a few sweeps. */
function orderRows(
  column: ReadonlyMap<string, number>,
  ways: readonly (readonly string[])[],
): Map<string, number> {
  const columns: string[][] = []
  for (const [name, at] of column) (columns[at] ??= []).push(name)
  const neighbours = new Map<string, string[]>([...column.keys()].map((name) => [name, []]))
  for (const way of ways) {
    for (const [at, name] of way.slice(1).entries()) {
      const before = way[at] ?? ''
      neighbours.get(name)?.push(before)
      neighbours.get(before)?.push(name)
    }
  }
  const row = new Map(columns.flatMap((names) => names.map((name, at) => [name, at] as const)))
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const names of columns) {
      const middles = new Map(names.map((name) => [name, middle(name, neighbours, row)]))
      names.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0))
      for (const [at, name] of names.entries()) row.set(name, at)
    }
  }
  return row
}

function middle(
  name: string,
  neighbours: ReadonlyMap<string, readonly string[]>,
  row: ReadonlyMap<string, number>,
): number {
  const rows = (neighbours.get(name) ?? []).map((other) => row.get(other) ?? 0)
  return rows.length === 0
    ? (row.get(name) ?? 0)
    : rows.reduce((sum, one) => sum + one, 0) / rows.length
}
