/**
 * Cheapest one-to-one assignment of rows to columns (Kuhn 1955, Munkres 1957), by shortest augmenting
 * paths with potentials: O(r²c) for r rows and c columns, r ≤ c.
 *
 * With more rows than columns the cheapest rows get the columns and the others −1.
 * Equal totals: which of them is returned is fixed by the order of rows and columns.
 *
 * @param cost one array per row, all of the same length, finite
 * @returns for each row the index of its column, or −1
 * @throws RangeError when the rows differ in length or a cost is not finite
 *
 * @example
 * assignCheapest([[4, 1], [2, 3]]) // [1, 0], total 3
 */
export function assignCheapest(cost: readonly (readonly number[])[]): number[] {
  const rows = cost.length
  const columns = cost[0]?.length ?? 0
  for (const row of cost) {
    if (row.length !== columns) throw new RangeError('every row of a cost matrix needs the same length')
    if (!row.every(Number.isFinite)) throw new RangeError('every cost must be finite')
  }
  if (columns === 0) return new Array(rows).fill(-1)
  if (rows <= columns) return assignRows(cost, rows, columns)

  const transposed = Array.from({ length: columns }, (_, j) => cost.map((row) => row[j]!))
  const rowOf = assignRows(transposed, columns, rows)
  const result: number[] = new Array(rows).fill(-1)
  rowOf.forEach((row, column) => {
    result[row] = column
  })
  return result
}

/** Rows and columns count from 1 inside; column 0 holds the row that is being placed. */
function assignRows(cost: readonly (readonly number[])[], rows: number, columns: number): number[] {
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(columns + 1)
  const rowAt = new Int32Array(columns + 1)

  for (let row = 1; row <= rows; row++) {
    const reach = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY)
    const cameFrom = new Int32Array(columns + 1)
    const visited = new Uint8Array(columns + 1)
    rowAt[0] = row
    let column = 0

    while (rowAt[column] !== 0) {
      visited[column] = 1
      const from = rowAt[column]!
      let step = Number.POSITIVE_INFINITY
      let next = 0
      for (let j = 1; j <= columns; j++) {
        if (visited[j]) continue
        const reduced = cost[from - 1]![j - 1]! - rowPotential[from]! - columnPotential[j]!
        if (reduced < reach[j]!) {
          reach[j] = reduced
          cameFrom[j] = column
        }
        if (reach[j]! < step) {
          step = reach[j]!
          next = j
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (visited[j]) {
          rowPotential[rowAt[j]!]! += step
          columnPotential[j]! -= step
        } else {
          reach[j]! -= step
        }
      }
      column = next
    }

    while (column !== 0) {
      const previous = cameFrom[column]!
      rowAt[column] = rowAt[previous]!
      column = previous
    }
  }

  const columnOf: number[] = new Array(rows).fill(-1)
  for (let j = 1; j <= columns; j++) if (rowAt[j] !== 0) columnOf[rowAt[j]! - 1] = j - 1
  return columnOf
}
