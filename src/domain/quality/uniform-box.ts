import { covariance } from '../numeric/covariance.ts'
import { symmetricEigen } from '../numeric/jacobi.ts'
import { columnMeans, type Matrix } from '../numeric/matrix.ts'
import type { Reference } from './one-population.ts'

/**
 * Rows even in the box around the data along its principal axes: the reference of the gap statistic
 * (Tibshirani, Walther & Hastie 2001, choice b).
 */
export function uniformBox(matrix: Matrix): Reference {
  const { data, n, d } = matrix
  const means = columnMeans(matrix)
  const axes = symmetricEigen(covariance(matrix, means), d).vectors.map((axis) => ({ axis, ...extent(matrix, axis) }))
  return (random) => {
    const drawn = new Float64Array(data.length)
    for (let at = 0; at < drawn.length; at += d) {
      for (const { axis, low, high } of axes) {
        const place = low + random.next() * (high - low)
        for (let j = 0; j < d; j++) drawn[at + j]! += place * axis[j]!
      }
    }
    return { data: drawn, n, d }
  }
}

function extent({ data, d }: Matrix, axis: Float64Array): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let at = 0; at < data.length; at += d) {
    let place = 0
    for (let j = 0; j < d; j++) place += axis[j]! * data[at + j]!
    low = Math.min(low, place)
    high = Math.max(high, place)
  }
  return { low, high }
}
