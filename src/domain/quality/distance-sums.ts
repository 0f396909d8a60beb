import { METRICS } from '../clustering/metric.ts'
import type { Matrix } from '../numeric/matrix.ts'
import type { Distance } from '../vocabulary.ts'

/**
 * Writes into `sums[c]` the summed distance from the row at `position` to all rows from `starts[c]` to before
 * `starts[c + 1]`, itself left out. Written out for the Euclidean distance, where this loop is most of a training.
 */
export function addDistances(
  distance: Distance,
  matrix: Matrix,
  position: number,
  starts: Int32Array,
  sums: Float64Array
): void {
  if (distance !== 'euclidean') anyDistances(distance, matrix, position, starts, sums)
  else if (matrix.d === 3) euclidean3(matrix, position, starts, sums)
  else euclidean(matrix, position, starts, sums)
}

function euclidean({ data, d }: Matrix, position: number, starts: Int32Array, sums: Float64Array): void {
  const row = position * d
  for (let c = 0, at = 0; c < sums.length; c++) {
    const end = starts[c + 1]! * d
    let sum = 0
    while (at < end) {
      let squared = 0
      for (let j = 0; j < d; j++, at++) {
        const difference = data[at]! - data[row + j]!
        squared += difference * difference
      }
      sum += Math.sqrt(squared)
    }
    sums[c] = sum
  }
}

/** Recency, frequency and money: three features are the default. */
function euclidean3({ data }: Matrix, position: number, starts: Int32Array, sums: Float64Array): void {
  const x = data[position * 3]!
  const y = data[position * 3 + 1]!
  const z = data[position * 3 + 2]!
  for (let c = 0, at = 0; c < sums.length; c++) {
    const end = starts[c + 1]! * 3
    let sum = 0
    for (; at < end; at += 3) {
      const dx = data[at]! - x
      const dy = data[at + 1]! - y
      const dz = data[at + 2]! - z
      sum += Math.sqrt(dx * dx + dy * dy + dz * dz)
    }
    sums[c] = sum
  }
}

function anyDistances(
  distance: Distance,
  { data, d }: Matrix,
  position: number,
  starts: Int32Array,
  sums: Float64Array
): void {
  const metric = METRICS[distance]
  for (let c = 0; c < sums.length; c++) {
    let sum = 0
    for (let other = starts[c]!; other < starts[c + 1]!; other++) {
      // A customer at the origin has cosine distance 1 even from itself.
      if (other !== position) sum += metric.toDistance(metric.rank(data, position * d, data, other * d, d))
    }
    sums[c] = sum
  }
}
