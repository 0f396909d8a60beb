import { type Matrix, takeRows } from '../numeric/matrix.ts'
import type { RandomSource } from '../numeric/random.ts'

/** A step between neighbouring values up to twice this, in standard deviations, counts as counting and not as a gap. */
const REACH = 0.3

/**
 * The rows with every value that several share spread evenly towards its neighbours: numbers of orders come in steps,
 * and steps are not clusters. A gap wider than two REACH stays one.
 */
export function spreadTies(matrix: Matrix, random: RandomSource): Matrix {
  const { n, d } = matrix
  const { data } = takeRows(
    matrix,
    Int32Array.from({ length: n }, (_, row) => row)
  )
  for (let j = 0; j < d; j++) {
    const column = Float64Array.from({ length: n }, (_, i) => data[i * d + j]!)
    const reach = REACH * deviation(column)
    const ranges = tiedRanges(column.slice().sort(), reach)
    for (let i = 0; i < n; i++) {
      const range = ranges.get(column[i]!)
      if (range !== undefined) data[i * d + j] = range.low + random.next() * (range.high - range.low)
    }
  }
  return { data, n, d }
}

function tiedRanges(sorted: Float64Array, reach: number): Map<number, { low: number; high: number }> {
  const ranges = new Map<number, { low: number; high: number }>()
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from]!
    let to = from
    while (to < sorted.length && sorted[to] === value) to++
    const below = from > 0 ? value - sorted[from - 1]! : Number.POSITIVE_INFINITY
    const above = to < sorted.length ? sorted[to]! - value : Number.POSITIVE_INFINITY
    if (to - from > 1 && Number.isFinite(Math.min(below, above))) {
      // At either end there is a neighbour on one side only, and the value reaches as far to the other.
      const down = Math.min(reach, (Number.isFinite(below) ? below : above) / 2)
      const up = Math.min(reach, (Number.isFinite(above) ? above : below) / 2)
      ranges.set(value, { low: value - down, high: value + up })
    }
    from = to
  }
  return ranges
}

function deviation(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length)
}
